/** The runs that a host has stored: listed, read, made, deleted. */

import { Busy, type Files } from '../host/files';
import { type ReadLog, readLog } from './event-lines';
import { type GivenRun, packRun, unpackRun } from './run-archive';
import { type RunConfig, titleOf } from './run-config';
import { type IndexEntry, RunIndex, type Stamp } from './run-index';
import { ABOUT, type RunAbout, RunStore } from './run-store';
import { LOG } from './stored-log';

/** A run as a list shows it. */
export interface StoredRun extends RunAbout {
  id: string;
  /** When it was begun, ms since 1970. */
  created: number;
  /** Its last step, and the step it was to end with; null where its log does not say. */
  steps: number;
  total: number | null;
  arm: string;
  /** What a step of it is called. */
  unit: 'step' | 'update';
  label: string;
  /** How it ended; null where it was cut off, or is going on. */
  done: 'finished' | 'stopped' | null;
  /** The step that it can be continued from; null where it has no complete checkpoint. */
  checkpoint: number | null;
  /** Open in a tab. */
  open: boolean;
  bytes: number;
}

/** A run whose files are not as the lab writes them: it can be taken away and deleted. */
export interface BrokenRun extends Pick<StoredRun, 'id' | 'created' | 'open' | 'bytes'> {
  /** Why it cannot be read. */
  broken: string;
}

export type ListedRun = StoredRun | BrokenRun;

export interface RunsPlace {
  /** The folder that holds all runs, or null where there is no storage. */
  runsFolder(): Promise<Files | null>;
  runFolder(id: string): Promise<Files | null>;
  /** A folder for what is taken away; null where there is no storage. */
  scratchFolder(): Promise<Files | null>;
  /** Where RunIndex lies; null where there is no storage. */
  indexFolder(): Promise<Files | null>;
}

/** The name of what is begun now: when, and what it is. */
export const newId = (label: string): string => `${new Date().toISOString().replace(/[:.]/g, '-')}-${label}`;

/** When a run was begun, ms since 1970, as its name says; NaN where it does not. */
const createdAt = (id: string): number =>
  Date.parse(id.replace(/^(\d+-\d+-\d+T\d+)-(\d+)-(\d+)-(\d+)Z.*$/, '$1:$2:$3.$4Z'));

const NOTHING: ReadLog = { events: [], damaged: [], torn: false };

const stampOf = async (runs: Files, id: string): Promise<Stamp> => {
  const [log, about] = await Promise.all([LOG, ABOUT].map((name) => runs.size(`${id}/${name}`)));
  return { log, about };
};

const listedAs = (id: string, { stamp: _, ...entry }: IndexEntry): StoredRun => ({
  ...entry,
  ...{ id, created: createdAt(id), open: false },
});
const entryOf = ({ id: _, created: __, open: ___, ...run }: StoredRun, stamp: Stamp): IndexEntry => ({ stamp, ...run });

const gone = (id: string): Error => new Error(`There is no run ${id} any more. List the stored runs again.`);

export class StoredRuns {
  constructor(private readonly place: RunsPlace) {}

  /** Runs of at least one step and broken ones, newest first; none where nothing can be stored. */
  async list(): Promise<ListedRun[]> {
    const root = await this.place.runsFolder();
    const ids = root ? (await root.list('.')).reverse() : [];
    const index = await this.index();
    const known = (await index?.read()) ?? new Map<string, IndexEntry>();
    const found = new Map<string, IndexEntry>();
    const one = async (id: string): Promise<ListedRun | null> => {
      const stamp = await stampOf(root as Files, id);
      const entry = known.get(id);
      const isSame = entry?.stamp.log === stamp.log && entry.stamp.about === stamp.about;
      if (entry && isSame && (entry.done !== null || !(await (await this.store(id))?.isHeld()))) {
        found.set(id, entry);
        return listedAs(id, entry);
      }
      // A browser cannot read a file that grows meanwhile, as the log of a run that is going does: then once more.
      const again = () => this.describe(id).catch((error) => this.describeBroken(id, error));
      const run = await this.describe(id).catch(again);
      if (run && !('broken' in run) && !run.open) found.set(id, entryOf(run, stamp));
      return run;
    };
    const runs = await Promise.all(ids.map(one));
    const isNew = found.size !== known.size || [...found].some(([id, entry]) => known.get(id) !== entry);
    if (isNew) await index?.write(found);
    return runs.filter((run) => run !== null);
  }

  private async index(): Promise<RunIndex | null> {
    const files = await this.place.indexFolder();
    return files && new RunIndex(files);
  }

  private async describeBroken(id: string, error: unknown): Promise<BrokenRun | null> {
    const store = await this.store(id).catch(() => null);
    const broken = error instanceof Error ? error.message : String(error);
    const bytes = (await store?.standing().catch(() => null))?.bytes ?? 0;
    const open = (await store?.isHeld().catch(() => null)) ?? false;
    return { id, created: createdAt(id), broken, bytes, open };
  }

  private async store(id: string): Promise<RunStore | null> {
    const files = await this.place.runFolder(id);
    return files && new RunStore(files, id);
  }

  private async describe(id: string): Promise<StoredRun | null> {
    const store = await this.store(id);
    const config = store && (await store.config());
    if (!config) {
      if (!store || (await store.isHeld())) return null; // not yet begun
      if (await store.isUnborn())
        throw new Error('It was to begin where another run stands, and was cut off before it did.');
      if (await store.isEmpty()) return null;
      throw new Error('It has files, and no config.json that says what it is.');
    }
    const { step, steps, done } = await store.log.ends();
    if (step === 0) {
      if ((await store.checkpoints.last()) === null) return null; // it was not worth keeping
      throw new Error('It has a checkpoint, and its log has no step.');
    }
    const { what, seed, unit, ...title } = titleOf(config);
    const [{ checkpoint, bytes }, about] = await Promise.all([store.standing(), store.about()]);
    return {
      ...about,
      id,
      created: createdAt(id),
      steps: step,
      total: title.steps ?? steps,
      arm: what,
      unit,
      label: `${what}, seed ${seed}, ${step} ${unit}${step === 1 ? '' : 's'}`,
      done,
      checkpoint,
      open: done === null && (await store.isHeld()),
      bytes,
    };
  }

  /** A run's store where there is such a run: asking for the folder of another would make it. */
  private async known(id: string): Promise<RunStore | null> {
    const ids = (await (await this.place.runsFolder())?.list('.')) ?? [];
    return ids.includes(id) ? this.store(id) : null;
  }

  /** What a run told, and what of it cannot be read; nothing where there is no such run. */
  async load(id: string): Promise<ReadLog> {
    const store = await this.known(id);
    return store ? store.log.story() : NOTHING;
  }

  /**
   * A new run's store, held, with the configuration in it; null: it gets that later. Null where nothing can be stored;
   * rejects where the storage does.
   */
  async create(id: string, config: RunConfig | null): Promise<RunStore | null> {
    const store = await this.store(id);
    if (!store) return null;
    await store.hold();
    try {
      if (config) await store.writeConfig(config);
    } catch (error) {
      await this.discard(store).catch(() => {});
      throw error;
    }
    return store;
  }

  /** The store of a run, held, and its configuration. Throws where there is none, or a tab has it. */
  async take(id: string): Promise<{ store: RunStore; config: RunConfig }> {
    const store = await this.held(id);
    try {
      const config = await store.config();
      if (config) return { store, config };
      throw new Error(`The run ${id} has no config.json and cannot go on.`);
    } catch (error) {
      await store.release();
      throw error;
    }
  }

  private async held(id: string): Promise<RunStore> {
    const store = await this.known(id);
    if (!store) throw gone(id);
    try {
      await store.hold();
    } catch (error) {
      if (!(error instanceof Busy)) throw error;
      throw new Error('This run is open, here or in another tab. Go on there, or stop it there first.');
    }
    return store;
  }

  /** A run's folder as an archive, broken or not. Throws where there is none, and StorageError. */
  async pack(id: string): Promise<Blob> {
    const [store, scratch] = await Promise.all([this.known(id), this.place.scratchFolder()]);
    if (!store || !scratch) throw gone(id);
    return packRun(store, scratch, `${id}.zip`);
  }

  /** Takes in a run that somebody gives, by its own name where that is free; its name here. Nothing of it stays where that fails. */
  async takeIn(given: GivenRun): Promise<string> {
    const root = await this.place.runsFolder();
    if (!root) throw new Error('This browser stores no runs.');
    const taken = await root.list('.');
    const plain = given.name.replace(/[^\w.-]+/g, '-').replace(/^\.+/, '') || 'imported';
    const names = [plain, ...Array.from(taken, (_, i) => `${plain}-${i + 2}`)];
    const id = names.find((name) => !taken.includes(name)) ?? `${plain}-${taken.length + 2}`;
    const store = (await this.store(id)) as RunStore;
    await store.hold();
    try {
      await unpackRun(given, store);
      if (!(await store.config())) throw new Error(`${given.name} has no config.json.`);
      await store.log.cut(Number.POSITIVE_INFINITY); // of a run that was going when it was copied
    } catch (error) {
      await this.discard(store).catch(() => {});
      throw error;
    }
    await store.release();
    await this.keep(id);
    return id;
  }

  /** Names, notes or stars a run. */
  async say(id: string, about: RunAbout): Promise<void> {
    const store = await this.known(id);
    if (!store) throw gone(id);
    await store.say({ ...(await store.about()), ...about });
  }

  /** What runs told, as far as comparisons use it, one after another; nothing of those that are gone. */
  async *compared(ids: readonly string[]): AsyncGenerator<[id: string, told: ReadLog]> {
    const root = await this.place.runsFolder();
    const there = new Set(await root?.list('.'));
    const index = await this.index();
    for (const id of ids) {
      const size = root && there.has(id) ? await root.size(`${id}/${LOG}`) : 0;
      const kept = size > 0 ? await index?.compared(id, size) : null;
      yield [id, kept ?? (await this.comparedWhole(id))];
    }
  }

  /** By the whole log; of a run that has ended what comparisons use of it is kept from then on. */
  private async comparedWhole(id: string): Promise<ReadLog> {
    const store = await this.known(id);
    if (!store) return NOTHING;
    const log = await store.log.read();
    const told = readLog(log, 'compared');
    const isWhole = told.events.at(-1)?.type === 'done' && told.damaged.length === 0 && !told.torn;
    if (isWhole) await (await this.index())?.keepCompared(id, log.length, told.events);
    return told;
  }

  /** Called once a run has ended or come here, so that its first comparison need not read all of it. */
  async keep(id: string): Promise<void> {
    if (await this.index()) for await (const _ of this.compared([id]));
  }

  /** Deletes a run, broken or not. Throws where there is none, or a tab has it. */
  async remove(id: string): Promise<void> {
    await this.discard(await this.held(id));
  }

  /** Deletes the run whose store is held. */
  async discard(store: RunStore): Promise<void> {
    try {
      await (await this.place.runsFolder())?.remove(store.id);
      await (await this.index())?.forget(store.id);
    } finally {
      await store.release();
    }
  }
}
