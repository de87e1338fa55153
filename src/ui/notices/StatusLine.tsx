import { plain } from '../format';
import { useThrottled } from '../hooks';
import { activityOf, type LabState, useLab } from '../state/store';
import styles from './Notices.module.css';

/** Time between two things said, ms: a screen reader must be able to finish. */
const SPEAKS_EVERY = 5000;

export function statusText(state: LabState): string {
  const { snapshot, engine, source } = state;
  const figures = figuresText(snapshot);
  if (source === 'recorded' || source === 'stored')
    return `${source === 'recorded' ? 'Recorded' : 'Stored'} run${figures && `: ${figures}`}.`;
  const activity = activityOf(state);
  if (activity === 'starting') return 'Loading the model.';
  if (activity === 'faulted') return `Stopped by a fault after ${figures || 'no step'}.`;
  if (activity === 'idle')
    return snapshot.done
      ? `Run ${snapshot.done.reason}: ${figures}.`
      : engine.state === 'ready'
        ? 'Ready. Start begins a run.'
        : engine.state === 'opening'
          ? 'Looking for a GPU.'
          : engine.state === 'failed'
            ? 'The engine has stopped.'
            : 'No WebGPU.';
  return `${activity[0].toUpperCase()}${activity.slice(1)}${figures && `: ${figures}`}.`;
}

function figuresText({ steps, sft }: LabState['snapshot']): string {
  const update = sft?.figures.at(-1);
  if (update)
    return `update ${update.step}, loss ${plain(update.loss)}, held-out loss ${plain(update.heldOutLoss)}, ${plain(update.tokensPerSecond)} tokens a second`;
  const last = steps.at(-1);
  if (!last) return '';
  return `step ${last.step}, reward ${plain(last.reward)}, gate ${last.gateState}, ${plain(last.tokensPerSecond)} tokens a second`;
}

export function StatusLine() {
  const text = useThrottled(useLab(statusText), SPEAKS_EVERY);
  return (
    <p className={styles.status} role="status" aria-live="polite">
      {text}
    </p>
  );
}
