import { activityOf } from '../state/store';
import { ask } from '../trainer';
import type { Action } from './action';

export const loseDevice: Action = {
  id: 'lose-device',
  label: 'Lose the device (test recovery)',
  enabled: (state) => ['running', 'pausing', 'paused'].includes(activityOf(state)),
  run: () => ask({ type: 'lose-device' }),
};
