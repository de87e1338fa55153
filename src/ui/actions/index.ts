/** The actions that have a key: on every page, and where runs are. */
import type { Action } from './action';
import { stepRun } from './stepRun';
import { togglePause } from './togglePause';
import { toggleTheme } from './toggleTheme';

export const PAGE_KEYS: readonly Action[] = [toggleTheme];
export const RUN_KEYS: readonly Action[] = [togglePause, stepRun];
