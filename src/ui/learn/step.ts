/** One training step as the learner walks through it: recorded and whole, or on this device, where it waits for the learner. */

import { create } from 'zustand';
import { rowOf, type SignalRow } from '../../antisd/signals';
import { readEvent } from '../../runs/event-lines';
import type { RunEvent } from '../../runs/events';
import { STAGES, type StageName, type WalkedStage, wholeStep } from '../../runs/walked-stage';
import { parseTrainConfig } from '../../settings/config';
import { recording } from '../recording';
import { useBench, walkOn, walkStep } from './bench';
import { STEP_SETTINGS } from './step-settings';

/** The parts of the step, in the order of Algorithm 1. */
export const PARTS = ['sample', 'judge', 'context', 'score', 'gate', 'advantage', 'update'] as const;
export type PartName = (typeof PARTS)[number];

/** The stage that finds out what a part shows. */
const STAGE_OF: Readonly<Record<PartName, StageName>> = {
  sample: 'sample',
  judge: 'judge',
  context: 'judge',
  score: 'score',
  gate: 'shape',
  advantage: 'shape',
  update: 'update',
};

/** A step as far as it is. */
export type TakenStep = WalkedStage;

/** How many of the parts, from the first, are done. */
export const partsOf = ({ stage }: TakenStep): number =>
  PARTS.filter((part) => STAGES.indexOf(STAGE_OF[part]) <= STAGES.indexOf(stage)).length;

interface Shown {
  readonly origin: 'recorded' | 'live';
  readonly device: string;
  /** Counts the steps that were begun here. */
  readonly taken: number;
  readonly step: TakenStep | null;
  readonly failure: string | null;
}

const NOTHING: Shown = { origin: 'recorded', device: '', taken: 0, step: null, failure: null };
export const useStep = create<Shown>(() => NOTHING);

/** The recorded step of one run; null where its events are not those of a whole one. */
export function recordedStep(events: readonly RunEvent[]): (TakenStep & { device: string }) | null {
  const start = events.find((event) => event.type === 'start');
  const step = wholeStep(events);
  return start?.type === 'start' && step ? { ...step, device: start.device.name } : null;
}

export async function openStep(): Promise<void> {
  if (useStep.getState().step) return;
  try {
    const { events } = (await (await recording('step.json', 'The recorded step')).json()) as { events: unknown[] };
    const step = recordedStep(events.map(readEvent));
    if (step && !useStep.getState().step) useStep.setState({ step, device: step.device });
  } catch (error) {
    useStep.setState({ failure: (error as Error).message });
  }
}

/** Ends the step that waits on this device. */
let stop = new AbortController();

/** One on this device, with another seed each time: it waits after every stage until it is told to go on. */
export async function takeOwnStep(): Promise<void> {
  stop = new AbortController();
  const seed = Math.floor(Math.random() * 1e6);
  const { taken } = useStep.getState();
  const onStage = (step: TakenStep): void => {
    const { engine } = useBench.getState();
    const device = engine.state === 'ready' ? engine.device.name : '';
    useStep.setState({ origin: 'live', device, taken: taken + 1, step });
  };
  await walkStep(parseTrainConfig({ ...STEP_SETTINGS, seed }, 'lesson'), onStage, stop.signal);
}

export const goOn = (): Promise<void> => walkOn();

/** Who goes away leaves no step waiting: the recorded one is shown again. */
export function leaveStep(): void {
  stop.abort();
  const { step } = useStep.getState();
  if (step && step.stage !== 'update') useStep.setState({ ...NOTHING, taken: useStep.getState().taken + 1 });
}

/** The largest advantage of any token of the step. */
export const mostPraised = ({ signals }: TakenStep): number => largest(signals.advantage);

const largest = (values: ArrayLike<number>): number =>
  Array.from(values).reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);

export const rowsIn = ({ signals, rollouts }: Pick<TakenStep, 'signals' | 'rollouts'>): SignalRow[] =>
  rollouts.map((_, i) => rowOf(signals, i));
