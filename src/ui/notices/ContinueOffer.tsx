import { useState } from 'react';
import type { StoredRun } from '../../runs/stored-runs';
import { continueRun, whyNotNow } from '../actions/continueRun';
import { useLab } from '../state/store';
import styles from './Notices.module.css';

/** The newest stored run was cut off, by a closed tab or a crash: the way back into it, until a run begins. */
export function ContinueOffer() {
  const newest = useLab((s) => s.runs?.find((run): run is StoredRun => !('broken' in run)) ?? null);
  const possible = useLab((s) => s.source !== 'live' && newest !== null && whyNotNow(s, newest) === null);
  const [dismissed, setDismissed] = useState<string | null>(null);
  if (!possible || newest === null || newest.done !== null || dismissed === newest.id) return null;
  const { id, arm, unit, steps, total, checkpoint } = newest;
  return (
    <div className={styles.offer} role="status">
      <p>
        The run {arm} of {new Date(newest.created).toLocaleString()} was cut off after {unit} {steps}
        {total !== null && ` of ${total}`}.
      </p>
      <div className={styles.buttons}>
        <button type="button" onClick={() => continueRun(id)}>
          Continue it from {unit} {checkpoint}
        </button>
        <button type="button" aria-label="Dismiss the offer" onClick={() => setDismissed(id)}>
          Dismiss
        </button>
      </div>
    </div>
  );
}
