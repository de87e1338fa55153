/** One training step as the learner walks through it: the events of a run of a single step, recorded or made on this device. */

import { create } from 'zustand';
import { rowOf, type SignalRow } from '../../antisd/signals';
import { readEvent } from '../../runs/event-lines';
import type { RunEvent, RunEventOf } from '../../runs/events';
import { parseTrainConfig } from '../../settings/config';
import { recording } from '../recording';
import { takeStep } from './bench';
import { STEP_SETTINGS } from './step-settings';

/** The parts of the step, in the order of Algorithm 1. */
export const PARTS = ['sample', 'judge', 'context', 'score', 'gate', 'advantage', 'update'] as const;
export type PartName = (typeof PARTS)[number];

export interface TakenStep {
  readonly device: string;
  readonly signals: RunEventOf<'signals'>;
  readonly figures: RunEventOf<'step'>;
}

/** The step that these events tell of; null while it is not whole. */
export function stepIn(events: readonly RunEvent[]): TakenStep | null {
  const of = <T extends RunEvent['type']>(type: T) =>
    events.findLast((event): event is RunEventOf<T> => event.type === type);
  const [start, signals, figures] = [of('start'), of('signals'), of('step')];
  return start && signals && figures ? { device: start.device.name, signals, figures } : null;
}

interface Shown {
  readonly origin: 'recorded' | 'live';
  readonly step: TakenStep | null;
  /** What the run is doing; null where it does nothing. */
  readonly doing: string | null;
  readonly failure: string | null;
}

export const useStep = create<Shown>(() => ({ origin: 'recorded', step: null, doing: null, failure: null }));

export async function openStep(): Promise<void> {
  if (useStep.getState().step) return;
  try {
    const { events } = (await (await recording('step.json', 'The recorded step')).json()) as { events: unknown[] };
    if (!useStep.getState().step) useStep.setState({ step: stepIn(events.map(readEvent)) });
  } catch (error) {
    useStep.setState({ failure: (error as Error).message });
  }
}

/** The same on this device, with another seed each time. */
export async function takeOwnStep(): Promise<void> {
  const events: RunEvent[] = [];
  const seed = Math.floor(Math.random() * 1e6);
  useStep.setState({ failure: null });
  await takeStep(parseTrainConfig({ ...STEP_SETTINGS, seed }, 'lesson'), (event) => {
    events.push(event);
    if (event.type === 'phase') useStep.setState({ doing: event.phase });
    if (event.type === 'fault') useStep.setState({ failure: event.fault.message });
  });
  const step = stepIn(events);
  useStep.setState(step ? { origin: 'live', step, doing: null } : { doing: null });
}

/** The largest advantage of any token of the step. */
export const mostPraised = ({ signals }: TakenStep): number => largest(signals.signals.advantage);

const largest = (values: ArrayLike<number>): number =>
  Array.from(values).reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);

export const rowsIn = ({ signals: { signals, rollouts } }: TakenStep): SignalRow[] =>
  rollouts.map((_, i) => rowOf(signals, i));
