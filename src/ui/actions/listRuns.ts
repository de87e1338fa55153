import { useLab } from '../state/store';
import { ask } from '../trainer';
import type { Action } from './action';

export const listRuns: Action = {
  id: 'list-runs',
  label: 'List stored runs',
  enabled: (state) => state.engine.state !== 'failed', // it takes no GPU
  run: () => ask({ type: 'list-runs' }, (runs) => useLab.setState({ runs })),
};
