import type { Action } from '../actions/action';
import { exportModel } from '../actions/exportModel';
import { listRuns } from '../actions/listRuns';
import { loseDevice } from '../actions/loseDevice';
import { replayRun } from '../actions/replayRun';
import { perform } from '../hooks';
import { activityOf, isBusy, useLab } from '../state/store';
import styles from './Folds.module.css';

export function Diagnostics() {
  const runs = useLab((s) => s.runs);
  const busy = useLab((s) => isBusy(activityOf(s)));
  return (
    <details className={styles.fold} onToggle={(event) => event.currentTarget.open && perform(listRuns)}>
      <summary>Diagnostics and stored runs</summary>
      <ActionButton action={exportModel} />
      <ActionButton action={loseDevice} />
      <ActionButton action={listRuns} />
      {runs?.length === 0 && <p>No run is stored in this browser.</p>}
      {runs && runs.length > 0 && (
        <ul>
          {runs.map((run) => (
            <li key={run.id} className={styles.run}>
              <span>
                {run.label}
                <span className={styles.when}>{new Date(run.created).toLocaleString()}</span>
              </span>
              <button
                type="button"
                disabled={busy}
                aria-label={`Replay ${run.label}`}
                onClick={() => replayRun(run.id)}
              >
                Replay
              </button>
            </li>
          ))}
        </ul>
      )}
      <p className={styles.keys}>
        Keys: Space pauses and goes on, S does one step, T changes the theme; arrow keys move among tokens.
      </p>
    </details>
  );
}

function ActionButton({ action }: { action: Action }) {
  const enabled = useLab(action.enabled);
  return (
    <button type="button" disabled={!enabled} onClick={() => perform(action)}>
      {action.label}
    </button>
  );
}
