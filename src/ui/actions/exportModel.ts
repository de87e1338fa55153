import { send } from '../bridge';
import { activityOf } from '../state/store';
import type { Action } from './action';

export const exportModel: Action = {
  id: 'export-model',
  label: 'Download model',
  enabled: (state) =>
    state.source === 'live' && ['paused', 'idle'].includes(activityOf(state)) && state.snapshot.stage !== 'none',
  run: () => send({ type: 'export-model' }),
};
