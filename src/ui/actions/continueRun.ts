/** A stored run goes on from its last checkpoint; it opens paused. */
import type { StoredRun } from '../../runs/stored-runs';
import { chosenConfig } from '../state/chosen';
import { type LabState, useLab } from '../state/store';
import { askToOpen } from '../trainer';
import { whyBusy, whyNoEngine, whyNotStarted } from './startRun';
import { takeContinued } from './takeContinued';

/** Why a run cannot be continued, whatever else the page is doing; null where it can. */
export function whyNotContinued(run: StoredRun): string | null {
  if (run.done === 'finished') return 'finished';
  if (run.open) return 'open in a tab';
  return run.checkpoint === null ? 'has no checkpoint to continue from' : null;
}

/** Why it cannot be continued now; null where it can. */
export const whyNotNow = (state: LabState, run: StoredRun): string | null =>
  whyNotContinued(run) ?? whyNoEngine(state) ?? whyBusy(state);

/** What is on screen stays until the run is open. */
export function continueRun(run: string): void {
  useLab.setState({ asked: 'start', continuing: run, problem: null });
  askToOpen({ type: 'continue-run', run }, takeContinued);
}

/** Why no run with the form's settings can begin at a stored one's checkpoint; null where one can. */
export function whyNotBegunFrom(state: LabState, { checkpoint, unit, open }: StoredRun): string | null {
  if (checkpoint === null) return 'has no checkpoint to begin from';
  if (open) return 'open in a tab';
  if (unit !== (state.kind === 'sft' ? 'update' : 'step')) return 'is of another kind than the form';
  return whyNotStarted(state);
}

/** A new run with the form's settings begins where a stored one stands: its weights, its optimiser, its step. */
export function beginFrom(run: string): void {
  const config = chosenConfig(useLab.getState());
  if (config === null) return;
  useLab.setState({ asked: 'start', continuing: run, problem: null });
  askToOpen({ type: 'fork-run', run, config }, takeContinued);
}

/** A new run begins where a stored one stands, with the configuration that this one has now. */
export function forkRun(run: string): void {
  useLab.setState({ asked: 'start', continuing: run, problem: null });
  askToOpen({ type: 'fork-run', run }, takeContinued);
}
