import { activityOf, useLab } from '../state/store';
import { askToOpen } from '../trainer';
import type { Action } from './action';

/** After a fault: a new device, then on from the last good step. */
export const recoverRun: Action = {
  id: 'recover',
  label: 'Resume from the last good step',
  enabled: (state) =>
    state.engine.state === 'ready' && activityOf(state) === 'faulted' && state.snapshot.fault?.resumable === true,
  run() {
    useLab.setState({ asked: 'recover', problem: null });
    askToOpen({ type: 'recover' });
  },
};
