import { activityOf, type LabState, useLab } from '../state/store';
import { ask } from '../trainer';
import type { Action } from './action';
import { begin, canStart, whyNotStarted } from './startRun';

/** One step, then a pause; without a run it begins one. */
export const stepRun: Action = {
  id: 'step',
  label: 'Step',
  keys: 'KeyS',
  enabled: (state) => activityOf(state) === 'paused' || (activityOf(state) === 'idle' && canStart(state)),
  whyNot: (state) => {
    const activity = activityOf(state);
    if (activity === 'paused') return null;
    return activity === 'idle'
      ? whyNotStarted(state)
      : activity === 'running'
        ? 'Pause first: then one step at a time.'
        : null;
  },
  run(state) {
    if (activityOf(state) !== 'paused') {
      begin(state, true);
      stepWhenLoaded();
    } else {
      ask({ type: 'step' });
    }
  },
};

/** The worker takes no step before it has loaded the model; it says 'paused' when it has. */
function stepWhenLoaded(): void {
  const unsubscribe = useLab.subscribe((state: LabState) => {
    const activity = activityOf(state);
    if (activity === 'starting' || activity === 'running') return;
    unsubscribe();
    if (activity === 'paused') ask({ type: 'step' });
  });
}
