import { type FocusEvent, type KeyboardEvent, useRef } from 'react';
import { unless } from '../../unless';
import { copyInspectLink } from '../actions/copyInspectLink';
import { EXPORTS, exportAs } from '../actions/exportAs';
import { useInspector } from '../store';
import styles from './ExportMenu.module.css';

/** What can be taken away from the page. */
export function ExportMenu() {
  const why = useInspector((s) => (s.scored && s.verdict ? null : 'Once the response is scored.'));
  const copied = useInspector((s) => s.copied);
  const menu = useRef<HTMLDetailsElement>(null);
  const close = (): void => menu.current?.removeAttribute('open');
  const onKey = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape') return;
    close();
    menu.current?.querySelector('summary')?.focus();
  };
  const onBlur = (event: FocusEvent): void => {
    if (!event.currentTarget.contains(event.relatedTarget)) close();
  };
  return (
    <>
      <button type="button" {...unless(why)} onClick={() => void copyInspectLink()}>
        {copied ? 'Copied' : 'Copy link'}
      </button>
      <details ref={menu} className={styles.menu} onKeyDown={onKey} onBlur={onBlur}>
        <summary>Export</summary>
        <ul>
          {EXPORTS.map((kind) => (
            <li key={kind.name}>
              <button
                type="button"
                title={kind.doc}
                {...(why !== null && unless(why))}
                onClick={() => {
                  close();
                  void exportAs(kind);
                }}
              >
                {kind.label}
              </button>
            </li>
          ))}
        </ul>
      </details>
    </>
  );
}
