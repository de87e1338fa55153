/** The actions that have a key. */
import type { Action } from './action';
import { stepRun } from './stepRun';
import { togglePause } from './togglePause';
import { toggleTheme } from './toggleTheme';

export const SHORTCUTS: readonly Action[] = [togglePause, stepRun, toggleTheme];
