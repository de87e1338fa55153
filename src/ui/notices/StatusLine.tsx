import { plain } from '../format';
import { activityOf, type LabState, useLab } from '../state/store';
import { Status } from './Status';

/** Time between two things said, ms: a screen reader must be able to finish. */
const SPEAKS_EVERY = 5000;

/** What is going on, and the newest figures. Which step they are of the header says: there is one such number on the page. */
export function statusText(state: LabState): string {
  const { snapshot, engine, source } = state;
  const figures = figuresText(snapshot);
  if (source === 'recorded' || source === 'stored')
    return `${source === 'recorded' ? 'Recorded' : 'Stored'} run${figures && `: ${figures}`}.`;
  const activity = activityOf(state);
  if (activity === 'starting') return 'Loading the model.';
  if (activity === 'faulted') return `Stopped by a fault${figures && `: ${figures}`}.`;
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
    return `loss ${plain(update.loss)}, held-out loss ${plain(update.heldOutLoss)}, ${plain(update.tokensPerSecond)} tokens a second`;
  const last = steps.at(-1);
  if (!last) return '';
  return `reward ${plain(last.reward)}, gate ${last.gateState}, ${plain(last.tokensPerSecond)} tokens a second`;
}

export function StatusLine() {
  const text = useLab(statusText);
  return <Status text={text} spokenEvery={SPEAKS_EVERY} />;
}
