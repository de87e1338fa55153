import { activityOf, useLab } from '../state/store';
import { ask } from '../trainer';
import type { Action } from './action';

export const stopRun: Action = {
  id: 'stop',
  label: 'Stop',
  enabled: (state) => ['running', 'pausing', 'paused'].includes(activityOf(state)),
  whyNot: (state) => (activityOf(state) === 'idle' ? 'No run is going on.' : null),
  run() {
    useLab.setState({ asked: 'stop' });
    ask({ type: 'stop' });
  },
};
