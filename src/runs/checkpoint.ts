/**
 * Checkpoints: everything the next step depends on. A checkpoint is a Hugging Face folder (of the model, or of the
 * adapter where one is trained) plus optimizer.safetensors and state.json. state.json is written last and says what the
 * others are: a checkpoint that was cut short does not count, and one that has changed is not used.
 */
import type * as v from 'valibot';
import { BOUNDS } from '../data/bounds';
import { expectWithin } from '../data/bytes';
import { BadInput } from '../data/errors';
import type { Files } from '../host/files';
import { nameElsewhere } from '../library/sources/hub-id';
import type { Layout } from '../model/net/layout';
import type { Policy, TrainingState } from '../model/net/policy';
import { writeLoraFolder } from '../model/weights/adapter';
import { writeModelFolder } from '../model/weights/folder';
import { readSafetensors } from '../model/weights/safetensors';
import { type CheckpointRecord, checked, digestOf, parseRecord, type RunFacts, recordBytes } from './checkpoint-record';
import { momentsIn, optimizerBytes } from './optimizer-file';
import type { RunConfig } from './run-config';

/** What says what the other files are. */
const RECORD = 'state.json';
const UNMEASURED = Number.NEGATIVE_INFINITY;
const OPTIMIZER = 'optimizer.safetensors';

export const checkpointFolder = (step: number): string => `checkpoints/step-${String(step).padStart(6, '0')}`;

/** What a checkpoint gives back. */
export interface LoadedCheckpoint<T> {
  readonly state: TrainingState;
  readonly extra: T & RunFacts;
  /** Of the run that made it; null where an earlier version did not say. */
  readonly config: RunConfig | null;
}

/** The checkpoints of a run's folder. */
export class Checkpoints {
  constructor(private readonly files: Files) {}

  private at(step: number): string {
    return `${this.files.where}/${checkpointFolder(step)}`;
  }

  /** Writes a checkpoint: the files, then the record that says what they are. */
  async save(
    policy: Policy,
    tokenizer: ReadonlyMap<string, string>,
    facts: Pick<CheckpointRecord, 'step' | 'config' | 'score' | 'extra'>,
  ): Promise<void> {
    const folder = checkpointFolder(facts.step);
    const state = await policy.state();
    const contents = await trainedFiles(policy, tokenizer, null);
    contents.set(OPTIMIZER, optimizerBytes(state, policy.trainedLayout));
    const sizes: Record<string, number> = {};
    const digests: Record<string, string> = {};
    await this.files.remove(`${folder}/${RECORD}`); // of a checkpoint whose place this one takes
    for (const [name, bytes] of contents) {
      await this.files.write(`${folder}/${name}`, bytes);
      sizes[name] = bytes.length;
      digests[name] = await digestOf(bytes);
    }
    const record = { version: 1 as const, updates: state.updates, sizes, digests, ...facts };
    await this.files.write(`${folder}/${RECORD}`, recordBytes(record));
  }

  /** Its record goes first: what is left of it, if this is cut short, does not count. */
  async remove(step: number): Promise<void> {
    await this.files.remove(`${checkpointFolder(step)}/${RECORD}`);
    await this.files.remove(checkpointFolder(step));
  }

  /**
   * Of the whole ones leaves the newest `keep` and one of the older, the best by its score; the newest of those where none
   * has one. What was cut short before goes too. 0 keeps all.
   */
  async prune(keep: number): Promise<void> {
    if (keep === 0) return;
    const steps = await this.steps();
    const records = (await Promise.all(steps.map((step) => this.look(step)))).flatMap(({ record }) => record ?? []);
    const older = records.slice(0, -keep);
    const better = (a: CheckpointRecord, b: CheckpointRecord) => (b.score ?? UNMEASURED) >= (a.score ?? UNMEASURED);
    const best = older.length > 0 ? older.reduce((a, b) => (better(a, b) ? b : a)) : null;
    const stay = new Set([best, ...records.slice(-keep)].map((record) => record?.step));
    const last = records.at(-1)?.step ?? 0;
    for (const step of steps) if (step < last && !stay.has(step)) await this.remove(step);
  }

  /** Steps that have a folder of a checkpoint, complete or not, ascending. */
  async steps(): Promise<number[]> {
    const names = await this.files.list('checkpoints');
    const steps = names.map((name) => Number(/^step-(\d+)$/.exec(name)?.[1] ?? Number.NaN));
    return steps.filter(Number.isInteger).sort((a, b) => a - b);
  }

  /** The last step that has a complete checkpoint; null where none has. */
  async last(): Promise<number | null> {
    for (const step of (await this.steps()).reverse()) if ((await this.look(step)).record) return step;
    return null;
  }

  /** The last step that has a complete one, null where none has, and the bytes of the files that complete ones name. */
  async standing(): Promise<{ last: number | null; bytes: number }> {
    const records = (await Promise.all((await this.steps()).map((step) => this.look(step)))).flatMap(
      ({ record }) => record ?? [],
    );
    const sizes = records.flatMap((record) => Object.values(record.sizes));
    return { last: records.at(-1)?.step ?? null, bytes: sizes.reduce((sum, size) => sum + size, 0) };
  }

  /**
   * The record of a checkpoint whose files have the sizes that it says; else what is wrong, null where the checkpoint was
   * never finished. What the files hold is looked at by `load`.
   */
  async look(step: number): Promise<{ record: CheckpointRecord } | { record: null; damage: string | null }> {
    try {
      const record = await this.record(step);
      if (!record) return { record: null, damage: null };
      await Promise.all(Object.keys(record.sizes).map((name) => this.expectSize(step, record, name)));
      return { record };
    } catch (error) {
      if (!(error instanceof BadInput)) throw error;
      return { record: null, damage: error.what };
    }
  }

  /** Null where a checkpoint was never finished. Throws BadInput. */
  private async record(step: number): Promise<CheckpointRecord | null> {
    const file = `${checkpointFolder(step)}/${RECORD}`;
    expectWithin(await this.files.size(file), BOUNDS.json, RECORD, this.at(step));
    const bytes = await this.files.read(file);
    return bytes && parseRecord(bytes, step, this.at(step));
  }

  private async expectSize(step: number, { sizes }: CheckpointRecord, name: string): Promise<void> {
    const size = await this.files.size(`${checkpointFolder(step)}/${name}`);
    if (!Object.hasOwn(sizes, name)) throw this.damaged(step, `state.json does not name ${name}`);
    if (size !== sizes[name]) throw this.damaged(step, `${name} has ${size} bytes, and had ${sizes[name]}`);
  }

  private damaged = (step: number, what: string): DamagedCheckpoint => new DamagedCheckpoint(step, what, this.at(step));

  /**
   * Reads a checkpoint of what `layout` describes, every file of which must be as it was written: the policy's state, the
   * run's facts and those of its owner. Throws DamagedCheckpoint, and Misfit where it is whole and of something else.
   */
  async load<T extends object>(
    step: number,
    layout: Layout,
    own: v.GenericSchema<unknown, T>,
  ): Promise<LoadedCheckpoint<T>> {
    try {
      const record = await this.record(step);
      if (!record) throw this.damaged(step, 'state.json is missing');
      const extra = { ...record.extra, ...checked(own, record.extra, 'state.json', this.at(step)) };
      return { state: await this.state(record, layout), extra, config: record.config ?? null };
    } catch (error) {
      if (!(error instanceof BadInput) || error instanceof Misfit) throw error;
      throw this.damaged(step, error.what);
    }
  }

  private async state(record: CheckpointRecord, layout: Layout): Promise<TrainingState> {
    const where = this.at(record.step);
    const weights = layout.file;
    const others = Object.keys(record.sizes).filter((name) => name !== weights && name !== OPTIMIZER);
    for (const name of others) await this.verified(record, name);
    const read = async (name: string) => readSafetensors(await this.verified(record, name), `${where}/${name}`).tensors;
    const named = await read(weights);
    const values = this.fitting(record, () => layout.pack(named, `${where}/${weights}`));
    const moments = momentsIn(await read(OPTIMIZER), layout, `${where}/${OPTIMIZER}`);
    return { values, ...moments, updates: record.updates };
  }

  /** What does not fit is damage where no digest says that it is what was written. */
  private fitting<T>({ digests, step }: CheckpointRecord, pack: () => T): T {
    try {
      return pack();
    } catch (error) {
      if (error instanceof BadInput && digests) throw new Misfit(step, error.what, this.at(step));
      throw error;
    }
  }

  /** The bytes of a file that is what the record says. */
  private async verified(record: CheckpointRecord, name: string): Promise<Uint8Array<ArrayBuffer>> {
    const { step, digests } = record;
    await this.expectSize(step, record, name);
    const bytes = (await this.files.read(`${checkpointFolder(step)}/${name}`)) ?? new Uint8Array();
    if (digests && digests[name] !== (await digestOf(bytes)))
      throw this.damaged(step, `${name} is not as it was written: its SHA-256 is another`);
    return bytes;
  }
}

/** What was trained, as the ecosystem reads it: PEFT's folder of the adapter, or the model's. `baseModel` is what an adapter is for. */
export async function trainedFiles(
  policy: Policy,
  tokenizer: ReadonlyMap<string, string>,
  baseModel: string | null,
): Promise<Map<string, Uint8Array<ArrayBuffer>>> {
  const { lora } = policy.decoder.capacity;
  if (lora) return writeLoraFolder(lora, await policy.loraTensors(), baseModel && nameElsewhere(baseModel));
  return writeModelFolder(policy.config, await policy.tensors(), tokenizer);
}

/** A checkpoint that cannot be read; another one of the run may be. */
export class DamagedCheckpoint extends BadInput {
  constructor(
    readonly step: number,
    what: string,
    where: string,
  ) {
    super(what, where, 'Resume from another step.');
  }
}

/** A whole checkpoint of another model, or of other adapters. */
class Misfit extends BadInput {
  constructor(step: number, what: string, where: string) {
    super(
      `The checkpoint of step ${step} is of something else (${what})`,
      where,
      'Keep the model and the LoRA settings.',
    );
  }
}
