/** How the page's runs are opened, new or stored: what they name is found, a folder is held, and the device is cleared last. */
import type { SymbolicJudge } from '../data/maths';
import type { Python } from '../host/python/judge';
import type { ModelShelf } from '../library/model-shelf';
import { forkable, openAtCheckpoint, openFork, type Resumable, resumable } from '../runs/continue-run';
import type { RunEvent } from '../runs/events';
import { type PreparedRun, prepareRun, type RunBench } from '../runs/open-run';
import type { Run } from '../runs/run';
import { modelName, type RunConfig } from '../runs/run-config';
import type { RunStore } from '../runs/run-store';
import { newId, type StoredRuns } from '../runs/stored-runs';
import type { Opening } from './opening';
import type { Continued, News } from './protocol';

export interface OpenerHost {
  /** The models and data that can be named. */
  readonly shelf: ModelShelf;
  /** Asked where the exact verifier calls an answer wrong; absent where no Worker can be started. */
  readonly symbolic?: SymbolicJudge;
  /** Python, which is loaded with the first task that needs it. */
  readonly python?: Python;
  tell(news: News): void;
}

/** A run on the device, what it was opened from, and its store, which is held; null where it is not stored. */
export interface OpenedRun {
  readonly run: Run;
  readonly prepared: PreparedRun;
  readonly store: RunStore | null;
}

export interface ContinuedRun extends OpenedRun {
  /** What it told up to there, what it said while it was opened, and what is not as one would think. */
  readonly story: Continued;
}

/** What a run is opened on, without its store. `clear` gives it once the run before is closed. */
export type Bench = Omit<RunBench, 'store' | 'onLoaded'>;

export class RunOpener {
  constructor(
    private readonly host: OpenerHost,
    private readonly stored: StoredRuns,
    private readonly clear: () => Promise<Bench>,
  ) {}

  /** Where this fails, no folder of the new run is left, and nothing of it is on the device. */
  async begin(partial: RunConfig, how: Opening): Promise<OpenedRun> {
    const prepared = await this.prepare(partial, how);
    const bench = await this.clear();
    const store = await this.newStore(newId(prepared.label), prepared.config);
    try {
      const run = await prepared.open({ ...bench, store, onLoaded: how.onLoaded });
      await store?.expectRoom(run.policy.trainedLayout.count).catch((error: Error) => {
        this.host.tell({ type: 'problem', message: `${error.message} The run goes on, and may not be stored.` });
      });
      return { run, prepared, store };
    } catch (error) {
      if (store) await this.stored.discard(store).catch(() => {});
      throw error;
    }
  }

  /** A stored run at its last checkpoint. Where its model or data are gone, the run before stays open. */
  async continue(id: string, opening: (model: string) => Opening): Promise<ContinuedRun> {
    const { store, config } = await this.stored.take(id);
    try {
      return await this.reopen(store, config, await toContinue(store, config), opening(modelName(config)));
    } catch (error) {
      await store.release();
      throw error;
    }
  }

  /** A new run that begins where a stored one stands, with its configuration as it is now, or the given one on its model; that one stays as it is. */
  async fork(id: string, opening: (model: string) => Opening, given?: RunConfig): Promise<ContinuedRun> {
    const { store: of, config: stored } = await this.stored.take(id);
    try {
      const { from, config: own } = await forkable(of, stored);
      const config = given ? ({ ...given, model: own.model } as RunConfig) : own;
      const how = opening(modelName(config));
      const prepared = await this.prepare(config, how);
      const bench = await this.clear();
      const store = await this.stored.create(newId(prepared.label), null);
      if (!store) throw new Error('Runs cannot be stored here, and a fork begins with a stored checkpoint.');
      try {
        return await this.begunFrom(of, from, prepared, { ...bench, store, onLoaded: how.onLoaded });
      } catch (error) {
        await this.stored.discard(store).catch(() => {});
        throw error;
      }
    } finally {
      await of.release();
    }
  }

  private async begunFrom(
    of: RunStore,
    from: Resumable,
    prepared: PreparedRun,
    place: RunBench & { store: RunStore },
  ): Promise<ContinuedRun> {
    const early: RunEvent[] = [];
    const { store, emit } = place;
    let tell = (event: RunEvent): void => void early.push(event);
    const { run, problem } = await openFork(prepared, { ...place, emit: (event) => tell(event) }, of, from);
    tell = emit;
    const story = { id: store.id, step: run.step, config: run.config, events: [], since: early, problem };
    return { run, prepared, store, story };
  }

  private async reopen(store: RunStore, config: RunConfig, from: Resumable, how: Opening): Promise<ContinuedRun> {
    const { id } = store;
    const prepared = await this.prepare(config, how);
    const bench = await this.clear();
    const early: RunEvent[] = [];
    let tell = (event: RunEvent): void => void early.push(event);
    const place = { ...bench, store, onLoaded: how.onLoaded, emit: (event: RunEvent) => tell(event) };
    const opened = await openAtCheckpoint(prepared, place, from);
    tell = bench.emit;
    const { run, events, problem } = opened;
    const story = { id, step: run.step, config: opened.config, events, since: early, problem };
    return { run, prepared, store, story };
  }

  private prepare(config: RunConfig, options: Opening): Promise<PreparedRun> {
    const { shelf, symbolic, python } = this.host;
    return prepareRun(config, {
      model: (name) => shelf.open(name, options),
      data: (name) => shelf.readData(name, options),
      symbolic,
      python,
      wanted: { signal: options.signal, onProgress: options.onRead, onPython: options.onPython },
    });
  }

  /** Null, and a word to the user, where this browser or its disk cannot store runs. */
  private async newStore(id: string, config: RunConfig): Promise<RunStore | null> {
    try {
      return await this.stored.create(id, config);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.host.tell({ type: 'problem', message: `Runs cannot be stored here (${reason}); this one goes on unsaved.` });
      return null;
    }
  }
}

/** Where a stored run goes on from. Throws where it cannot, or nothing is left to do. */
async function toContinue(store: RunStore, config: RunConfig): Promise<Resumable> {
  if ((await store.log.ends()).done === 'finished') throw new Error('This run is finished. Replay shows it.');
  const found = await resumable(store, config);
  if (found.points.length > 0) return found;
  throw new Error('This run was closed before its first checkpoint and cannot be continued. Replay shows what it did.');
}
