import { duration } from '../format';
import { activityOf, useLab } from '../state/store';
import styles from './Progress.module.css';

const WORDS = {
  starting: 'loading',
  pausing: 'pausing after this one',
  paused: 'paused',
  stopping: 'stopping after this one',
  faulted: 'stopped',
  idle: '',
  running: '',
} as const;

export function Progress() {
  const supervised = useLab((s) => s.snapshot.sft !== null);
  const total = useLab(({ snapshot: s }) => (s.sft ? s.sft.start.steps : (s.config?.steps ?? 0)));
  const done = useLab(({ snapshot: s }) => (s.sft ? s.sft.figures : s.steps).at(-1)?.step ?? 0);
  const eta = useLab((s) => s.snapshot.eta);
  const phase = useLab((s) => s.snapshot.phase);
  const ended = useLab((s) => s.snapshot.done?.reason ?? null);
  const activity = useLab(activityOf);
  if (total === 0) return <span className={styles.text}>{WORDS[activity]}</span>;
  const doing = supervised && phase === 'update' ? null : phase; // the bar says so already
  const state = ended ?? (WORDS[activity] || doing || '');
  return (
    <div className={styles.progress}>
      <progress className={styles.bar} value={done} max={total} aria-label="Steps done" />
      <span className={styles.text} data-number>
        {supervised ? 'update' : 'step'} {done} of {total}
        {eta !== null && activity === 'running' && `, ${duration(eta)} left`}
        {state && <span className={styles.state}>{state}</span>}
      </span>
    </div>
  );
}
