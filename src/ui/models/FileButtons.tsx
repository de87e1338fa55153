import { useRef } from 'react';
import type { PlacedFile } from '../../library/sources/dropped';
import { BUSY } from '../actions/startRun';
import { unless } from '../unless';
import { chosenFiles } from './gather';
import styles from './ModelPicker.module.css';

interface Props {
  what: 'model' | 'adapter' | 'data';
  onFiles(files: PlacedFile[]): void;
  disabled?: boolean;
}

/** React's types do not know this attribute. */
const WHOLE_FOLDER = { webkitdirectory: '' };

/** Buttons that open the browser's own dialogues; a drop on the page does the same. Data are files, never folders. */
export function FileButtons({ what, onFiles, disabled }: Props) {
  const folder = useRef<HTMLInputElement>(null);
  const files = useRef<HTMLInputElement>(null);
  const take = (input: HTMLInputElement): void => {
    const found = chosenFiles(input.files);
    input.value = ''; // the same files can be chosen again
    if (found.length > 0) onFiles(found);
  };
  const hidden = { type: 'file', hidden: true, tabIndex: -1, 'aria-hidden': true } as const;
  return (
    <div className={styles.buttons}>
      {what !== 'data' && (
        <button type="button" {...unless(disabled ? BUSY : null)} onClick={() => folder.current?.click()}>
          Choose a folder …
        </button>
      )}
      <button type="button" {...unless(disabled ? BUSY : null)} onClick={() => files.current?.click()}>
        {what === 'data' ? 'Choose a file …' : 'Choose files …'}
      </button>
      <input {...hidden} {...WHOLE_FOLDER} ref={folder} onChange={({ target }) => take(target)} />
      <input
        {...hidden}
        ref={files}
        multiple={what !== 'data'}
        accept={what === 'data' ? '.jsonl,.ndjson,.json,.parquet,.gz,.zst' : undefined}
        onChange={({ target }) => take(target)}
      />
    </div>
  );
}
