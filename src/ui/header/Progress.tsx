import { duration } from '../format';
import { doneOf, stepOf } from '../state/snapshot';
import { activityOf, useLab } from '../state/store';
import styles from './Progress.module.css';
import { type PhaseTimes, usePhaseTimes } from './phase-times';

const WORDS = {
  starting: 'loading',
  pausing: 'pausing after this one',
  paused: 'paused',
  stopping: 'stopping after this one',
  faulted: 'stopped',
  idle: '',
  running: '',
} as const;

/** What takes less than this is not timed, s. */
const SHORT = 3;

/** How far the run on screen is: the one step number of the page, what it is doing, and since when where that takes long. */
export function Progress() {
  const supervised = useLab((s) => s.snapshot.sft !== null);
  const total = useLab(({ snapshot: s }) => (s.sft ? s.sft.start.steps : (s.config?.steps ?? 0)));
  const done = useLab((s) => doneOf(s.snapshot));
  const step = useLab((s) => stepOf(s.snapshot));
  const ended = useLab((s) => s.snapshot.done?.reason ?? null);
  const activity = useLab(activityOf);
  const working = useLab((s) => (s.snapshot.stage === 'working' ? s.snapshot.phase : null));
  if (total === 0) return <span className={styles.text}>{WORDS[activity]}</span>;
  const unit = supervised ? 'update' : 'step';
  const said = `${unit} ${step} of ${total}`;
  return (
    <div className={styles.progress}>
      <progress className={styles.bar} value={done} max={total} aria-label="Steps done" aria-valuetext={said} />
      <span className={styles.text} data-number>
        <span className={styles.count} style={{ minWidth: `${unit.length + 5 + 2 * String(total).length}ch` }}>
          {said}
        </span>
        {ended ?? WORDS[activity]}
        {activity === 'running' && working && <Doing phase={working} />}
      </span>
    </div>
  );
}

/** The phase, how long it has taken where that is long, and what is left. */
function Doing({ phase }: { phase: string }) {
  const step = useLab((s) => s.snapshot.step);
  const eta = useLab((s) => s.snapshot.eta);
  const times = usePhaseTimes(step, phase);
  const left = leftOf(times, eta, phase);
  return (
    <>
      <span className={styles.phase}>
        {phase}
        {times.phase >= SHORT && ` ${duration(times.phase)}`}
      </span>
      {left !== null && <span>{left}</span>}
    </>
  );
}

/** A backward pass computes the forward pass once more and about twice as much besides. */
const BACKWARD_TO_SCORE = 3;

/** Of the run, once a step was timed; of a first update, which may take minutes, once its scoring was. */
export function leftOf(times: PhaseTimes, eta: number | null, phase: string): string | null {
  if (eta !== null) return `${duration(Math.max(0, eta - times.step))} left`;
  if (phase !== 'backward' || times.scoring < SHORT) return null;
  return `about ${duration(Math.max(0, BACKWARD_TO_SCORE * times.scoring - times.phase))} left of it`;
}
