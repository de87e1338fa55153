import { useId, useState } from 'react';
import { bytesText } from '../../data/bytes';
import type { StoredRun } from '../../runs/stored-runs';
import { canContinue, continueRun, whyNotContinued } from '../actions/continueRun';
import { deleteRun } from '../actions/deleteRun';
import { replayRun } from '../actions/replayRun';
import { activityOf, isBusy, useLab } from '../state/store';
import styles from './StoredRuns.module.css';

/** One stored run: how far it came, its size, and what can be done with it. Deleting asks once more. */
export function StoredRunRow({ run }: { run: StoredRun }) {
  const busy = useLab((s) => isBusy(activityOf(s)));
  const continuable = useLab((s) => canContinue(s, run));
  const [deleting, setDeleting] = useState(false);
  const facts = useId();
  const { id, label, checkpoint } = run;
  return (
    <li className={styles.run}>
      <span>{label}</span>
      <span id={facts} className={styles.caption}>
        {new Date(run.created).toLocaleString()}, {bytesText(run.bytes)}; {stateOf(run)}
      </span>
      {deleting ? (
        <div className={styles.buttons}>
          <button type="button" aria-label={`Delete ${label} for good`} onClick={() => deleteRun(id)}>
            Delete for good
          </button>
          {/* biome-ignore lint/a11y/noAutofocus: the button that had the focus is gone */}
          <button type="button" autoFocus onClick={() => setDeleting(false)}>
            Keep it
          </button>
        </div>
      ) : (
        <div className={styles.buttons}>
          <button type="button" disabled={busy} aria-label={`Replay ${label}`} onClick={() => replayRun(id)}>
            Replay
          </button>
          <button
            type="button"
            disabled={!continuable}
            aria-label={`Continue ${label}${checkpoint === null ? '' : ` from step ${checkpoint}`}`}
            aria-describedby={facts}
            onClick={() => continueRun(id)}
          >
            Continue
          </button>
          <button
            type="button"
            disabled={busy || run.open}
            aria-label={`Delete ${label}`}
            onClick={() => setDeleting(true)}
          >
            Delete
          </button>
        </div>
      )}
    </li>
  );
}

/** How it ended, and where it goes on, or why it cannot. */
function stateOf(run: StoredRun): string {
  const ended = run.done === 'stopped' ? 'stopped' : 'cut off';
  return whyNotContinued(run) ?? `${ended}, goes on from step ${run.checkpoint}`;
}
