import type { Action } from '../actions/action';
import { pauseRun } from '../actions/pauseRun';
import { resumeRun } from '../actions/resumeRun';
import { startRun } from '../actions/startRun';
import { stepRun } from '../actions/stepRun';
import { stopRun } from '../actions/stopRun';
import { perform } from '../hooks';
import { useLab } from '../state/store';
import styles from './Transport.module.css';

const BUTTONS: readonly Action[] = [startRun, pauseRun, resumeRun, stepRun, stopRun];

/** Always the same five places; what cannot be done now is faint. */
export function Transport() {
  return (
    <fieldset className={styles.transport}>
      <legend className="visually-hidden">Run</legend>
      {BUTTONS.map((action) => (
        <TransportButton key={action.id} action={action} />
      ))}
    </fieldset>
  );
}

function TransportButton({ action }: { action: Action }) {
  const enabled = useLab(action.enabled);
  const primary = action === startRun || action === resumeRun;
  return (
    <button type="button" data-primary={primary} disabled={!enabled} onClick={() => perform(action)}>
      {action.label}
    </button>
  );
}
