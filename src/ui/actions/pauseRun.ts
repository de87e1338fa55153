import { send } from '../bridge';
import { activityOf, useLab } from '../state/store';
import type { Action } from './action';

export const pauseRun: Action = {
  id: 'pause',
  label: 'Pause',
  enabled: (state) => activityOf(state) === 'running',
  run() {
    useLab.setState({ asked: 'pause' });
    send({ type: 'pause' });
  },
};
