import { startEngine } from '../engine';
import { OPENING } from '../state/engine-state';
import { type LabState, useLab } from '../state/store';
import { openTrainer, trainer } from '../trainer';
import type { Action } from './action';
import { continueRun } from './continueRun';

/** The stored run that another engine can go on with, and the step it goes on from; null where there is none. */
export function runCutOff({ source, run, snapshot }: LabState): { run: string; step: number } | null {
  const { lastCheckpoint: step, done } = snapshot;
  return source === 'live' && run !== null && step !== null && done === null ? { run, step } : null;
}

/** Ends the engine, hung or gone, and begins another; the run on screen goes on from its last checkpoint. */
export const restartEngine: Action = {
  id: 'restart-engine',
  label: 'Restart the engine',
  enabled: (state) => state.trouble !== null,
  async run(state) {
    const cut = runCutOff(state);
    useLab.setState({ ...OPENING, asked: null, problem: null });
    await trainer.replace(startEngine);
    openTrainer();
    if (cut) continueRun(cut.run);
  },
};
