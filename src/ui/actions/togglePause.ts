import type { Action } from './action';
import { pauseRun } from './pauseRun';
import { resumeRun } from './resumeRun';

export const togglePause: Action = {
  id: 'toggle-pause',
  label: 'Pause or resume',
  keys: 'Space',
  enabled: (state) => pauseRun.enabled(state) || resumeRun.enabled(state),
  run: (state) => (pauseRun.enabled(state) ? pauseRun : resumeRun).run(state),
};
