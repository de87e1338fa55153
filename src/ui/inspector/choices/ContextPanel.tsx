import { isNative } from '../../../data/tasks';
import { WORDINGS } from '../../../data/wording';
import { INSPECT_MODES, type InspectMode } from '../../../inspect/types';
import { chooseContext } from '../actions/chooseContext';
import { useInspector } from '../store';
import styles from './Choices.module.css';
import { MODE_LABELS } from './modes';

/** What the teacher is shown besides the problem. */
export function ContextPanel() {
  const context = useInspector((s) => s.context);
  const chat = useInspector((s) => s.problem !== null && !isNative(s.problem.task));
  const thinks = useInspector((s) => s.main?.thinks ?? false);
  return (
    <section className={styles.panel} aria-label="Teacher’s context">
      <h2>Teacher’s context</h2>
      <div className={styles.row}>
        <label htmlFor="inspect-mode">Shown</label>
        <select
          id="inspect-mode"
          value={context.mode}
          onChange={(event) => chooseContext({ mode: event.target.value as InspectMode })}
        >
          {INSPECT_MODES.map((mode) => (
            <option key={mode} value={mode}>
              {MODE_LABELS[mode]}
            </option>
          ))}
        </select>
      </div>
      {chat && (
        <div className={styles.row}>
          <label htmlFor="inspect-wording">Wording</label>
          <select
            id="inspect-wording"
            value={context.wording}
            title={WORDINGS[context.wording]?.teacher.join('\n\n')}
            onChange={(event) => chooseContext({ wording: event.target.value })}
          >
            {[...new Set([...Object.keys(WORDINGS), context.wording])].map((name) => (
              <option key={name} value={name}>
                {Object.hasOwn(WORDINGS, name) ? name : 'of the link'}
              </option>
            ))}
          </select>
        </div>
      )}
      {thinks && (
        <label className={styles.check}>
          <input
            type="checkbox"
            checked={context.thinking}
            onChange={(event) => chooseContext({ thinking: event.target.checked })}
          />
          Thinking on
        </label>
      )}
    </section>
  );
}
