/** The race on the learner's own device: the recorded runs' settings, one run after the other, as far as the learner lets them go. */

import { create } from 'zustand';
import type { ArmName } from '../../antisd/arms';
import type { RunEvent } from '../../runs/events';
import { parseTrainConfig } from '../../settings/config';
import { ownRun, useBench } from './bench';
import type { RaceRun } from './race';

/** Who runs; the first is drawn as the lab draws the run in question. */
export const RUNNERS = ['antisd', 'grpo', 'sd'] as const satisfies readonly ArmName[];
/** Steps of a run, and between two evaluations, as recorded. */
const STEPS = 120;
const EVERY = 20;

interface LiveRace {
  /** Those that have begun, the last of which may be going on; null while the recorded ones are shown. */
  readonly runs: readonly RaceRun[] | null;
  readonly going: boolean;
}

export const useLiveRace = create<LiveRace>(() => ({ runs: null, going: false }));

/** The run with what an event tells of it. */
export function raceAfter(run: RaceRun, event: RunEvent): RaceRun {
  switch (event.type) {
    case 'start':
      return { ...run, device: event.device.name };
    case 'step':
      return {
        ...run,
        accuracy: [...run.accuracy, event.accuracy],
        length: [...run.length, event.responseLength],
        teacherEntropy: [...run.teacherEntropy, event.teacherEntropy],
      };
    case 'eval':
      return { ...run, evals: [...run.evals, { step: event.step, accuracy: event.accuracy }] };
    default:
      return run;
  }
}

let stop = new AbortController();

/** Runs the three from one seed. */
export async function runLive(): Promise<void> {
  stop = new AbortController();
  const { signal } = stop;
  const seed = Math.floor(Math.random() * 1e6);
  useLiveRace.setState({ runs: [], going: true });
  for (const arm of RUNNERS) {
    const before = useLiveRace.getState().runs ?? [];
    let run: RaceRun = {
      ...{ arm, seed, device: '', evals: [], accuracy: [], length: [], teacherEntropy: [], statistics: null },
    };
    const hear = (event: RunEvent): void => {
      run = raceAfter(run, event);
      useLiveRace.setState({ runs: [...before, run] });
    };
    await ownRun(parseTrainConfig({ arm, seed, steps: STEPS, evalEvery: EVERY }, 'lesson'), hear, signal);
    if (signal.aborted || useBench.getState().failure !== null) break;
  }
  useLiveRace.setState({ going: false });
}

/** Ends it after the step that goes on; what has been run stays on screen. */
export const stopLive = (): void => stop.abort();

/** The recorded runs again. */
export const leaveLive = (): void => useLiveRace.setState({ runs: null });
