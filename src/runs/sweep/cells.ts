/** Where the cells of a sweep stand, as their run folders say, and what came of them. */

import { largest, least, mean } from '../../antisd/statistics';
import { BadInput } from '../../data/errors';
import type { TrainConfig } from '../../settings/config';
import { changes } from '../continue-run';
import { linesOf, readEvent, typeOf, unsealLine } from '../event-lines';
import type { RunEvent, RunEventOf } from '../events';
import type { RunStore } from '../run-store';
import { Damage } from '../sealed';
import type { Cell } from './file';

/** new: nothing is stored of it; cut: it was begun, and can go on; held: another process is at it. */
export type Standing = 'new' | 'cut' | 'held' | 'done';

/** What a folder says of its cell. Throws BadInput where the run in it is another than the file declares. */
export async function standingOf(store: RunStore, cell: Cell): Promise<{ standing: Standing; step: number }> {
  const stored = await store.config();
  if (!stored) {
    const isThere = (await store.files.list('.')).length > 0; // to ask who holds a folder would make it
    return { standing: isThere && (await store.isHeld()) ? 'held' : 'new', step: 0 };
  }
  const changed = changes({ ...stored }, { ...begunAs(cell.config, stored.model) });
  if (changed.length > 0)
    throw new BadInput(
      `The cell ${cell.id} was begun with other settings: ${changed.join('; ')}`,
      store.where,
      'Put the file back as it was, or give the changed sweep another --out.',
    );
  const { step, done } = await store.log.ends();
  if (done === 'finished') return { standing: 'done', step };
  return { standing: (await store.isHeld()) ? 'held' : 'cut', step };
}

/** A model of the Hub is stored with the commit that its name stood for. */
const begunAs = (config: TrainConfig, stored: unknown): TrainConfig =>
  typeof stored === 'string' && stored.startsWith(`${config.model}@`) ? { ...config, model: stored } : config;

/** A cell and where it stands. */
export interface Found {
  readonly cell: Cell;
  readonly standing: Standing;
  readonly step: number;
}

export const STANDING_WORDS: Readonly<Record<Standing, string>> = {
  new: 'to run',
  cut: 'goes on',
  held: 'elsewhere',
  done: 'done',
};

/** Steps that a sweep has to make of it. */
export const stepsLeft = ({ cell, standing, step }: Found): number =>
  standing === 'done' || standing === 'held' ? 0 : cell.config.steps - step;

export interface CellSummary {
  readonly id: string;
  readonly group: string;
  readonly seed: number;
  readonly standing: Standing;
  readonly step: number;
  readonly steps: number;
  /** Held-out accuracy at the last evaluation, and the best of all; null where there was none. */
  readonly accuracy: number | null;
  readonly best: number | null;
  /** Sampled in training. */
  readonly tokens: number;
  /** Of the steps. */
  readonly seconds: number;
}

/** What came of a cell so far. Throws as standingOf does. */
export async function cellSummary(store: RunStore, cell: Cell): Promise<CellSummary> {
  const { standing, step } = await standingOf(store, cell);
  const { id, group, config } = cell;
  const events = standing === 'new' ? [] : eventsOf(await store.log.read());
  const evals = events.flatMap((e) => (e.type === 'eval' ? [e.accuracy] : []));
  const steps = events.filter((e): e is RunEventOf<'step'> => e.type === 'step');
  return {
    ...{ id, group, seed: config.seed, standing, step, steps: config.steps },
    accuracy: evals.at(-1) ?? null,
    best: evals.length > 0 ? largest(evals) : null,
    tokens: steps.at(-1)?.totalTokens ?? 0,
    seconds: steps.reduce((sum, { seconds }) => sum + seconds, 0),
  };
}

/** Steps and evaluations of a log; what cannot be read is left out. */
function eventsOf(bytes: Uint8Array): RunEvent[] {
  return linesOf(bytes).flatMap((line) => {
    if (!/^(?:step|eval)$/.test(typeOf(line))) return [];
    try {
      return [readEvent(unsealLine(line))];
    } catch (error) {
      if (error instanceof Damage) return [];
      throw error;
    }
  });
}

export interface GroupSummary {
  readonly group: string;
  /** Of the seeds that are done. */
  readonly seeds: readonly number[];
  /** Final held-out accuracy over these seeds; null where none is done or measured. */
  readonly accuracy: { readonly mean: number; readonly least: number; readonly most: number } | null;
}

/** The seeds of each group together. */
export function groupSummaries(cells: readonly CellSummary[]): GroupSummary[] {
  return [...new Set(cells.map(({ group }) => group))].map((group) => {
    const done = cells.filter((cell) => cell.group === group && cell.standing === 'done');
    const measured = done.flatMap(({ accuracy }) => (accuracy === null ? [] : [accuracy]));
    return {
      group,
      seeds: done.map(({ seed }) => seed),
      accuracy:
        measured.length === 0 ? null : { mean: mean(measured), least: least(measured), most: largest(measured) },
    };
  });
}
