import { activityOf, useLab } from '../state/store';
import { ask } from '../trainer';
import type { Action } from './action';

export const pauseRun: Action = {
  id: 'pause',
  label: 'Pause',
  enabled: (state) => activityOf(state) === 'running',
  run() {
    useLab.setState({ asked: 'pause' });
    ask({ type: 'pause' });
  },
};
