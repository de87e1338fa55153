import { activityOf } from '../state/store';
import { ask } from '../trainer';
import type { Action } from './action';

export const resumeRun: Action = {
  id: 'resume',
  label: 'Resume',
  enabled: (state) => activityOf(state) === 'paused',
  run: () => ask({ type: 'resume' }),
};
