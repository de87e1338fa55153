import type { Action } from './action';
import { continueRun } from './continueRun';
import { startRun } from './startRun';

/** Once more what could not be opened: the stored run, or a new one. */
export const retryOpening: Action = {
  id: 'retry-opening',
  label: 'Try again',
  enabled: (state) => state.continuing !== null || startRun.enabled(state),
  run: (state) => (state.continuing === null ? startRun.run(state) : continueRun(state.continuing)),
};
