import { send } from '../bridge';
import type { Action } from './action';

export const listRuns: Action = {
  id: 'list-runs',
  label: 'List stored runs',
  enabled: (state) => state.engine.state !== 'opening',
  run: () => send({ type: 'list-runs' }),
};
