/**
 * Checkpoints: everything the next step depends on. A checkpoint is a Hugging Face folder (of the model, or of the
 * adapter where one is trained) plus optimizer.safetensors and state.json; state.json is written last and names the sizes of the others, so one that was cut short does not count.
 */
import { BadInput } from '../data/errors';
import { readJson } from '../data/json';
import type { Files } from '../host/files';
import { nameElsewhere } from '../library/sources/hub-id';
import type { Layout } from '../model/net/layout';
import { LoraLayout } from '../model/net/lora';
import type { Policy, TrainingState } from '../model/net/policy';
import { writeLoraFolder } from '../model/weights/adapter';
import { writeModelFolder } from '../model/weights/folder';
import { readSafetensors, writeSafetensors } from '../model/weights/safetensors';

/** What a checkpoint carries besides weights and optimiser: the owner's own facts, JSON only. */
export interface CheckpointState<T> {
  version: 1;
  step: number;
  updates: number;
  sizes: Record<string, number>;
  extra: T;
}

export const checkpointFolder = (step: number): string => `checkpoints/step-${String(step).padStart(6, '0')}`;

/** The checkpoints of a run's folder. */
export class Checkpoints {
  constructor(private readonly files: Files) {}

  private at(step: number): string {
    return `${this.files.where}/${checkpointFolder(step)}`;
  }

  /** Writes a checkpoint of `step`; `extra`: the owner's own facts, JSON only. */
  async save(step: number, policy: Policy, tokenizer: ReadonlyMap<string, string>, extra: object): Promise<void> {
    const folder = checkpointFolder(step);
    const state = await policy.state();
    const moments = (packed: Float32Array<ArrayBuffer>) => ({ shape: [packed.length], data: packed });
    const contents = await trainedFiles(policy, tokenizer, null);
    contents.set(
      'optimizer.safetensors',
      writeSafetensors([
        ['first_moment', moments(state.firstMoment)],
        ['second_moment', moments(state.secondMoment)],
      ]),
    );
    const sizes: Record<string, number> = {};
    for (const [name, bytes] of contents) {
      await this.files.write(`${folder}/${name}`, bytes);
      sizes[name] = bytes.length;
    }
    const record: CheckpointState<object> = { version: 1, step, updates: state.updates, sizes, extra };
    await this.files.write(`${folder}/state.json`, new TextEncoder().encode(JSON.stringify(record)));
  }

  remove(step: number): Promise<void> {
    return this.files.remove(checkpointFolder(step));
  }

  /** Steps that have a folder of a checkpoint, complete or not, ascending. */
  async steps(): Promise<number[]> {
    const names = await this.files.list('checkpoints');
    const steps = names.map((name) => Number(/^step-(\d+)$/.exec(name)?.[1] ?? Number.NaN));
    return steps.filter(Number.isInteger).sort((a, b) => a - b);
  }

  /** Steps that have a complete checkpoint, ascending. */
  async complete(): Promise<number[]> {
    const steps = await this.steps();
    const complete = await Promise.all(steps.map((step) => this.isComplete(step)));
    return steps.filter((_, i) => complete[i]);
  }

  /** The last step that has a complete checkpoint; null where none has. */
  async last(): Promise<number | null> {
    for (const step of (await this.steps()).reverse()) if (await this.isComplete(step)) return step;
    return null;
  }

  /** Bytes of the files that a checkpoint names; 0 for one that was cut short. */
  async bytes(step: number): Promise<number> {
    return ((await this.named(step)) ?? []).reduce((sum, [, size]) => sum + size, 0);
  }

  private async isComplete(step: number): Promise<boolean> {
    const named = await this.named(step);
    if (!named) return false;
    const size = (name: string) => this.files.size(`${checkpointFolder(step)}/${name}`);
    const present = await Promise.all(named.map(async ([name, bytes]) => (await size(name)) === bytes));
    return present.every(Boolean);
  }

  /** The files of a checkpoint and their sizes, as its state.json has them; null where that is missing or no JSON. */
  private async named(step: number): Promise<[name: string, size: number][] | null> {
    try {
      return Object.entries((await this.record(step)).sizes);
    } catch (error) {
      if (error instanceof BadInput) return null;
      throw error;
    }
  }

  /** The owner's facts of a checkpoint. Throws BadInput where there is none. */
  async facts<T extends object>(step: number): Promise<T> {
    return (await this.record<T>(step)).extra;
  }

  private async record<T extends object>(step: number): Promise<CheckpointState<T>> {
    const record = await this.files.read(`${checkpointFolder(step)}/state.json`);
    if (!record)
      throw new BadInput(
        'There is no complete checkpoint',
        this.at(step),
        'Resume from another step, or start the run again.',
      );
    return readJson(record, `${this.at(step)}/state.json`) as CheckpointState<T>;
  }

  /** Reads a checkpoint of what `layout` describes: the policy's state and the owner's facts. Throws DamagedCheckpoint. */
  async load<T extends object>(step: number, layout: Layout): Promise<{ state: TrainingState; extra: T }> {
    try {
      return await this.read<T>(step, layout);
    } catch (error) {
      if (!(error instanceof BadInput)) throw error;
      throw new DamagedCheckpoint(step, error.what, this.at(step));
    }
  }

  private async read<T extends object>(step: number, layout: Layout): Promise<{ state: TrainingState; extra: T }> {
    const where = this.at(step);
    const { updates, extra } = await this.record<T>(step);
    const read = async (name: string) => {
      const bytes = await this.files.read(`${checkpointFolder(step)}/${name}`);
      if (!bytes) throw new BadInput(`${name} is missing`, where, 'Resume from another step.');
      return readSafetensors(bytes, `${where}/${name}`).tensors;
    };
    const weights = weightsFile(layout);
    const values = layout.pack(await read(weights), `${where}/${weights}`);
    const tensors = await read('optimizer.safetensors');
    const moment = (name: string): Float32Array<ArrayBuffer> => {
      const tensor = tensors.get(name);
      if (tensor?.data.length !== values.length)
        throw new BadInput(`optimizer.safetensors has no fitting ${name}`, where, 'Resume from another step.');
      return tensor.data as Float32Array<ArrayBuffer>;
    };
    return {
      state: { values, firstMoment: moment('first_moment'), secondMoment: moment('second_moment'), updates },
      extra,
    };
  }
}

const weightsFile = (layout: Layout): string =>
  layout instanceof LoraLayout ? 'adapter_model.safetensors' : 'model.safetensors';

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
