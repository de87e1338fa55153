import { ActionButton } from '../ActionButton';
import { pauseRun } from '../actions/pauseRun';
import { resumeRun } from '../actions/resumeRun';
import { startRun } from '../actions/startRun';
import { stepRun } from '../actions/stepRun';
import { stopRun } from '../actions/stopRun';
import { togglePause } from '../actions/togglePause';
import { type Activity, activityOf, useLab } from '../state/store';
import styles from './Transport.module.css';

/** The first button is what moves a run on or halts it, so that no two of the three are ever of no use. */
const FIRST: Record<Activity, typeof startRun> = {
  idle: startRun,
  faulted: startRun,
  starting: startRun,
  running: pauseRun,
  pausing: pauseRun,
  stopping: pauseRun,
  paused: resumeRun,
};

/** Three places that stay where they are: begin, pause or go on; one step; stop. */
export function Transport() {
  const first = FIRST[useLab(activityOf)];
  return (
    <fieldset className={styles.transport}>
      <legend className="visually-hidden">Run</legend>
      <ActionButton
        action={first}
        primary={first !== pauseRun}
        keys={first === startRun ? undefined : togglePause.keys}
      />
      <ActionButton action={stepRun} />
      <ActionButton action={stopRun} />
    </fieldset>
  );
}
