/** The measured step on screen, recorded or made on this device, and what of it is drawn. */

import { create } from 'zustand';
import type { StepProfile } from '../../../runs/step-profile';
import { parseTrainConfig, type TrainConfig } from '../../../settings/config';
import { recording } from '../../recording';
import { profileOwn, useBench } from '../bench';

/** What is measured: a step that fits on a screen. */
const PROFILED = {
  ...{ arm: 'antisd', problems: 2, group: 2, steps: 4, minDepth: 3, maxNewTokens: 32, gateWarmup: 0, evalEvery: 0 },
} as const satisfies Partial<TrainConfig>;

/** As it is recorded: columns as lists. */
export type ToldProfile = Omit<StepProfile, 'kernel' | 'start' | 'end'> & {
  readonly device: string;
  readonly kernel: ArrayLike<number>;
  readonly start: ArrayLike<number>;
  readonly end: ArrayLike<number>;
};

interface Shown {
  readonly origin: 'recorded' | 'live';
  readonly profile: ToldProfile | null;
  /** Why the recording did not come. */
  readonly failure: string | null;
}

export const useProfile = create<Shown>(() => ({ origin: 'recorded', profile: null, failure: null }));

export async function openProfile(): Promise<void> {
  if (useProfile.getState().profile) return;
  try {
    const profile: ToldProfile = await (await recording('hood.json', 'The recorded measurement')).json();
    if (!useProfile.getState().profile) useProfile.setState({ profile });
  } catch (error) {
    useProfile.setState({ failure: (error as Error).message });
  }
}

export async function measureOwn(): Promise<void> {
  const profile = await profileOwn(parseTrainConfig(PROFILED, 'lesson'));
  const { engine } = useBench.getState();
  const device = engine.state === 'ready' ? engine.device.name : '';
  if (profile) useProfile.setState({ origin: 'live', profile: { ...profile, device }, failure: null });
}

/** As the recording is stored: times in steps of a microsecond. */
export const fileOf = ({ kernel, start, end, ...rest }: ToldProfile): string =>
  JSON.stringify({ ...rest, kernel: Array.from(kernel), start: Array.from(start, short), end: Array.from(end, short) });

const short = (ms: number): number => Math.round(ms * 1000) / 1000;

/** A stretch of the step, ms. */
export interface Stretch {
  readonly name: 'sample' | 'score' | 'backward' | 'update';
  readonly from: number;
  readonly to: number;
}

/**
 * The phases on the device's clock. The host records AdamW before it has the gradient, so `update` begins where the first
 * square of the gradient is summed.
 */
export function phasesOf({ phases, kernels, kernel, start, end }: ToldProfile): Stretch[] {
  const norm = kernels.findIndex(({ name }) => name === 'global-norm');
  const update = Array.from(kernel).indexOf(norm);
  const firsts = phases.flatMap(({ phase, from }) => (phase === 'update' ? [] : [{ phase, from }]));
  const whole = [...firsts, ...(update >= 0 ? [{ phase: 'update' as const, from: update }] : [])];
  return whole.flatMap(({ phase, from }, i) => {
    const behind = whole[i + 1]?.from ?? kernel.length;
    return behind > from ? [{ name: phase, from: start[from], to: end[behind - 1] }] : [];
  });
}

export interface KernelRow {
  readonly name: string;
  readonly code: string;
  readonly ms: number;
  readonly dispatches: number;
  /** Its dispatches as a path over COLUMNS × 1. */
  readonly path: string;
}

export const COLUMNS = 600;

/** The kernels at work between two times, ms, the longest first. */
export function rowsIn(
  { kernels, kernel, start, end }: ToldProfile,
  { from, to }: Pick<Stretch, 'from' | 'to'>,
): KernelRow[] {
  const rows = kernels.map(() => ({ ms: 0, dispatches: 0, busy: new Set<number>() }));
  const column = (ms: number): number => Math.floor(((ms - from) / Math.max(to - from, 1e-9)) * COLUMNS);
  for (let i = 0; i < kernel.length; i++) {
    if (start[i] < from || end[i] > to) continue;
    const row = rows[kernel[i]];
    row.ms += end[i] - start[i];
    row.dispatches++;
    const last = Math.min(COLUMNS - 1, Math.max(column(start[i]), Math.ceil(column(end[i])) - 1));
    for (let x = Math.min(column(start[i]), COLUMNS - 1); x <= last; x++) row.busy.add(x);
  }
  return rows
    .map(({ ms, dispatches, busy }, i) => ({ ...kernels[i], ms, dispatches, path: pathOf(busy) }))
    .filter(({ dispatches }) => dispatches > 0)
    .sort((a, b) => b.ms - a.ms);
}

/** Neighbouring columns as one rectangle. */
function pathOf(busy: ReadonlySet<number>): string {
  const columns = [...busy].sort((a, b) => a - b);
  let path = '';
  for (let i = 0; i < columns.length; ) {
    let width = 1;
    while (columns[i + width] === columns[i] + width) width++;
    path += `M${columns[i]} 0h${width}v1h-${width}z`;
    i += width;
  }
  return path;
}

/** Which of `stems` a kernel was made of: its name may go on with its form, "matmul-tiles-r1-c1-q8". */
export function stemOf(name: string, stems: readonly string[]): string | null {
  const own = stems.filter((stem) => name === stem || name.startsWith(`${stem}-`));
  return own.sort((a, b) => b.length - a.length)[0] ?? null;
}

/** Bytes by purpose, the largest first, with the tensors of each, the largest first. */
export function memoryOf({ memory }: ToldProfile) {
  const purposes = [...new Set(memory.map(({ purpose }) => purpose))];
  const sum = (tensors: readonly { bytes: number }[]): number => tensors.reduce((bytes, t) => bytes + t.bytes, 0);
  return purposes
    .map((purpose) => {
      const tensors = memory.filter((t) => t.purpose === purpose).sort((a, b) => b.bytes - a.bytes);
      return { purpose, tensors, bytes: sum(tensors) };
    })
    .sort((a, b) => b.bytes - a.bytes);
}
