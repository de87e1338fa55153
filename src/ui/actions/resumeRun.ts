import { send } from '../bridge';
import { activityOf } from '../state/store';
import type { Action } from './action';

export const resumeRun: Action = {
  id: 'resume',
  label: 'Resume',
  enabled: (state) => activityOf(state) === 'paused',
  run: () => send({ type: 'resume' }),
};
