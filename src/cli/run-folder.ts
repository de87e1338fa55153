/** The folder of a headless run: a new one, one that goes on, or a new one that begins where another stands. */
import { BadInput } from '../data/errors';
import { Busy } from '../host/files';
import { forkable, type Resumable, resumable } from '../runs/continue-run';
import { kindOf, type RunConfig, type RunKind } from '../runs/run-config';
import { RunStore } from '../runs/run-store';
import { newFolder, runFiles } from './places';
import type { Given } from './setting-flags';

/** A run and where it goes on from. */
interface Found {
  readonly store: RunStore;
  readonly config: RunConfig;
  readonly from: Resumable;
  /** The run whose checkpoints those are, where it is another. */
  readonly forked?: RunStore;
}

type Begin = (of: RunConfig | null) => Promise<{ out: string; config: RunConfig }>;

/** A new run, whose folder must be new; `fork`: the folder of one that it begins from. */
export async function begun(kind: RunKind, fork: Given[string], begin: Begin): Promise<Found> {
  if (typeof fork !== 'string') {
    const { out, config } = await begin(null);
    return { store: await newFolder(out), config, from: { points: [], passedOver: [] } };
  }
  const { store: forked, config: stored } = await storedRun(kind, fork, '--fork');
  const { from, config: own } = await forkable(forked, stored);
  const { out, config } = await begin(own);
  return { store: await newFolder(out), config, from, forked };
}

/** The folder comes to be, held. */
export async function create(store: RunStore): Promise<void> {
  await hold(store);
  await newFolder(store.where); // another process may have begun a run here meanwhile
  if (await store.isUnborn()) await store.clear();
}

/** A run that was begun before, held. */
export async function reopened(kind: RunKind, folder: string): Promise<Found> {
  const { store, config } = await storedRun(kind, folder, '--resume');
  await hold(store);
  try {
    return { store, config, from: await resumable(store, config) };
  } catch (error) {
    await store.release();
    throw error;
  }
}

async function storedRun(kind: RunKind, folder: string, flag: string): Promise<{ store: RunStore; config: RunConfig }> {
  const store = new RunStore(runFiles(folder));
  const config = await store.config();
  if (!config)
    throw new BadInput(
      `There is no run to ${flag.slice(2)}`,
      store.where,
      `Give ${flag} the folder of a run that train, sft or pretrain made.`,
    );
  const made = kindOf(config);
  if (made !== kind)
    throw new BadInput('This run was made by another command', store.where, `Give it to ${made} ${flag}.`);
  return { store, config };
}

/** From now on it is this process's. Throws BadInput where it is another's. */
export async function hold(store: RunStore): Promise<void> {
  try {
    await store.hold();
  } catch (error) {
    if (!(error instanceof Busy)) throw error;
    const by = error.holder ? `process ${error.holder}` : 'another process';
    throw new BadInput(
      `The run is in use by ${by}`,
      store.where,
      'Wait until it has ended, or stop it with Ctrl-C there.',
    );
  }
}
