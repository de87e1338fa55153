import { send } from '../bridge';
import { activityOf, useLab } from '../state/store';
import type { Action } from './action';

export const stopRun: Action = {
  id: 'stop',
  label: 'Stop',
  enabled: (state) => ['running', 'pausing', 'paused'].includes(activityOf(state)),
  run() {
    useLab.setState({ asked: 'stop' });
    send({ type: 'stop' });
  },
};
