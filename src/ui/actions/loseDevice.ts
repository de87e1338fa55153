import { send } from '../bridge';
import { activityOf } from '../state/store';
import type { Action } from './action';

export const loseDevice: Action = {
  id: 'lose-device',
  label: 'Lose the device (test recovery)',
  enabled: (state) => ['running', 'pausing', 'paused'].includes(activityOf(state)),
  run: () => send({ type: 'lose-device' }),
};
