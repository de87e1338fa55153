/** The evaluations that a page has stored: listed, made, gone on with, deleted. Each has a folder as `eval --data` makes it. */
import { BOUNDS } from '../../data/bounds';
import { expectWithin } from '../../data/bytes';
import { BadInput } from '../../data/errors';
import { Busy, type Files } from '../../host/files';
import { RunStore } from '../run-store';
import { type EvaluationConfig, RESULTS, readEvaluation, writeEvaluation } from './config';

export interface EvaluationsPlace {
  /** The folder of all evaluations; null where there is no storage. */
  evaluationsFolder(): Promise<Files | null>;
  /** The folder of one, made where it is missing. */
  evaluationFolder(id: string): Promise<Files | null>;
}

/** What a folder has; `config` is null where that cannot be read, and `results` where no batch was stored. */
export interface StoredEvaluation {
  readonly id: string;
  /** Some tab is at it. */
  readonly open: boolean;
  readonly config: EvaluationConfig | null;
  readonly results: Uint8Array | null;
  /** Why it cannot be read. */
  readonly broken: string | null;
}

export class StoredEvaluations {
  constructor(private readonly place: EvaluationsPlace) {}

  /** Newest first; none where nothing can be stored. */
  async list(): Promise<StoredEvaluation[]> {
    const root = await this.place.evaluationsFolder();
    const ids = root ? (await root.list('.')).reverse() : [];
    return Promise.all(ids.map((id) => this.describe(id)));
  }

  private async describe(id: string): Promise<StoredEvaluation> {
    const nothing = { id, open: false, config: null, results: null, broken: null };
    const store = await this.store(id);
    if (!store) return nothing;
    const open = await store.isHeld();
    try {
      const config = await readEvaluation(store.files);
      expectWithin(await store.files.size(RESULTS), BOUNDS.json, 'The file', `${store.where}/${RESULTS}`);
      return { ...nothing, open, config, results: await store.files.read(RESULTS) };
    } catch (error) {
      return { ...nothing, open, broken: (error as Error).message };
    }
  }

  private async store(id: string): Promise<RunStore | null> {
    const files = await this.place.evaluationFolder(id);
    return files && new RunStore(files, id);
  }

  /** The store of a new one, held, its configuration in it. Throws BadInput where nothing can be stored; StorageError. */
  async create(id: string, config: EvaluationConfig): Promise<RunStore> {
    const store = await this.store(id);
    if (!store)
      throw new BadInput('This browser stores nothing for this page', 'evaluation', 'Leave private mode, or allow it.');
    await store.hold();
    try {
      await writeEvaluation(store.files, config);
    } catch (error) {
      await this.discard(store).catch(() => {});
      throw error;
    }
    return store;
  }

  /** The store of one that goes on, held, and its configuration. Throws where there is none, or a tab is at it. */
  async take(id: string): Promise<{ store: RunStore; config: EvaluationConfig }> {
    const store = await this.held(id);
    try {
      const config = await readEvaluation(store.files);
      if (config) return { store, config };
      throw new BadInput('There is no evaluation to go on with', id, 'Begin a new one.');
    } catch (error) {
      await store.release();
      throw error;
    }
  }

  /** Deletes it. Throws where a tab is at it. */
  async remove(id: string): Promise<void> {
    await this.discard(await this.held(id));
  }

  private async held(id: string): Promise<RunStore> {
    const ids = (await (await this.place.evaluationsFolder())?.list('.')) ?? [];
    const store = ids.includes(id) ? await this.store(id) : null;
    if (!store) throw new BadInput('There is no such evaluation any more', id, 'List them again.');
    try {
      await store.hold();
    } catch (error) {
      if (!(error instanceof Busy)) throw error;
      throw new BadInput('The evaluation is open in a tab', id, 'Stop it there first.');
    }
    return store;
  }

  private async discard(store: RunStore): Promise<void> {
    try {
      await (await this.place.evaluationsFolder())?.remove(store.id);
    } finally {
      await store.release();
    }
  }
}
