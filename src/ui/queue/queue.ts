/**
 * Runs that are to be made one after another, as a file of experiments declares them. The list outlives the page; what was
 * running when it was closed goes on from its last checkpoint, or begins anew where there is none.
 */
import * as v from 'valibot';
import type { ListedRun, StoredRun } from '../../runs/stored-runs';
import type { Sweep } from '../../runs/sweep/file';
import { configToQuery } from '../../settings/config';
import { whyNotContinued } from '../actions/continueRun';
import { activityOf, type LabState } from '../state/store';

const cell = v.object({
  id: v.string(),
  /** Its settings, as a link's query. */
  query: v.string(),
  state: v.picklist(['waiting', 'running', 'done', 'cut', 'failed']),
  /** The name that it is stored by, once it has one. */
  run: v.nullable(v.string()),
  /** Why it failed. */
  why: v.nullable(v.string()),
});
const schema = v.object({
  name: v.string(),
  cells: v.array(cell),
  /** Cells of the file that begin at others' checkpoints, which the page does not make. */
  leftOut: v.number(),
});

export type Queued = v.InferOutput<typeof cell>;
export type Queue = v.InferOutput<typeof schema>;

export const NO_QUEUE: Queue = { name: '', cells: [], leftOut: 0 };

export function queueOf({ name, cells }: Sweep): Queue {
  const alone = cells.filter(({ from }) => from === null);
  const queued = alone.map(({ id, config }): Queued => {
    return { id, query: configToQuery(config), state: 'waiting', run: null, why: null };
  });
  return { name, cells: queued, leftOut: cells.length - alone.length };
}

/** A queue as it was stored; what was running then is cut off now. Null for what is none. */
export function storedQueue(text: string | null): Queue | null {
  try {
    const queue = v.parse(schema, JSON.parse(text ?? ''));
    return { ...queue, cells: queue.cells.map((c) => (c.state === 'running' ? { ...c, state: 'cut' } : c)) };
  } catch {
    return null; // another version's, or somebody's hand
  }
}

export const changed = (queue: Queue, id: string, change: Partial<Queued>): Queue => ({
  ...queue,
  cells: queue.cells.map((c) => (c.id === id ? { ...c, ...change } : c)),
});

export const runningIn = ({ cells }: Queue): Queued | null => cells.find(({ state }) => state === 'running') ?? null;

/** The next to be begun or continued. */
export const nextIn = ({ cells }: Queue): Queued | null =>
  cells.find(({ state }) => state === 'cut' || state === 'waiting') ?? null;

/** The stored run that a cell goes on from; null where it begins anew. */
export function continuable({ run }: Queued, runs: readonly ListedRun[] | null): StoredRun | null {
  const found = runs?.find((listed): listed is StoredRun => listed.id === run && !('broken' in listed));
  return found && whyNotContinued(found) === null ? found : null;
}

/** What became of the run on screen, for the cell that it is: nothing yet, or a change. `opening`: it was asked for. */
export function outcome(own: Queued, lab: LabState, refused: string | null): Partial<Queued> | null {
  if (lab.asked === 'start' || lab.asked === 'recover') return null;
  const { snapshot, run } = lab;
  if (own.run !== null && run !== null && run !== own.run) return { state: 'cut', why: 'another run took its place' };
  if (lab.source !== 'live' || snapshot.stage === 'none')
    return { state: 'failed', why: refused ?? lab.problem ?? 'it could not be opened' };
  if (snapshot.done) return { state: snapshot.done.reason === 'finished' ? 'done' : 'cut', run: run ?? own.run };
  if (activityOf(lab) === 'faulted')
    return { state: 'failed', run: run ?? own.run, why: snapshot.fault?.message ?? null };
  return run !== null && own.run !== run ? { run } : null;
}
