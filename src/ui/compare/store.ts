/** What is compared: which stored runs are chosen, what was read of them and of files, and over which axis it is drawn. */
import { create } from 'zustand';
import type { AxisName } from '../../report/curves';
import type { LoadedEvaluation } from '../../report/loaded-evaluation';
import type { LoadedRun } from '../../report/loaded-run';

interface CompareState {
  /** Names of the chosen stored runs. */
  readonly chosen: readonly string[];
  /** What was read of stored runs, by name, and of files. */
  readonly stored: ReadonlyMap<string, LoadedRun>;
  readonly given: readonly LoadedRun[];
  /** Evaluations of this browser, and which of them are chosen; those of files. */
  readonly storedEvaluations: readonly LoadedEvaluation[];
  readonly chosenEvaluations: readonly string[];
  readonly evaluations: readonly LoadedEvaluation[];
  /** Runs that cannot be compared, and what went wrong. */
  readonly words: readonly string[];
  readonly reading: boolean;
  readonly axis: AxisName;
}

export const useCompare = create<CompareState>(() => ({
  chosen: [],
  stored: new Map(),
  given: [],
  storedEvaluations: [],
  chosenEvaluations: [],
  evaluations: [],
  words: [],
  reading: false,
  axis: 'step',
}));
