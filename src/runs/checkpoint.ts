/**
 * Checkpoints: everything the next step depends on. A checkpoint is a Hugging Face folder (of the model, or of the
 * adapter where one is trained) plus optimizer.safetensors and state.json; state.json is written last and names the sizes of the others, so one that was cut short does not count.
 */
import { BadInput } from '../data/errors';
import type { Files } from '../host/files';
import { nameElsewhere } from '../library/sources/hub-id';
import type { Layout } from '../model/net/layout';
import { LoraLayout } from '../model/net/lora';
import type { Policy, TrainingState } from '../model/net/policy';
import { writeLoraFolder } from '../model/weights/adapter';
import { parseJson, writeModelFolder } from '../model/weights/folder';
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

/** Writes a checkpoint of `step`. */
export async function saveCheckpoint<T>(
  files: Files,
  step: number,
  policy: Policy,
  tokenizer: ReadonlyMap<string, string>,
  extra: T,
): Promise<string> {
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
    await files.write(`${folder}/${name}`, bytes);
    sizes[name] = bytes.length;
  }
  const record: CheckpointState<T> = { version: 1, step, updates: state.updates, sizes, extra };
  await files.write(`${folder}/state.json`, new TextEncoder().encode(JSON.stringify(record)));
  return folder;
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

/** Steps that have a folder of a checkpoint, complete or not, ascending. */
export async function checkpointSteps(files: Files): Promise<number[]> {
  const steps = (await files.list('checkpoints')).map((name) => Number(/^step-(\d+)$/.exec(name)?.[1] ?? Number.NaN));
  return steps.filter(Number.isInteger).sort((a, b) => a - b);
}

/** Steps that have a complete checkpoint, ascending. */
export async function completeCheckpoints(files: Files): Promise<number[]> {
  const steps = await checkpointSteps(files);
  const complete = await Promise.all(steps.map((step) => isComplete(files, step)));
  return steps.filter((_, i) => complete[i]);
}

/** The last step that has a complete checkpoint; null where none has. */
export async function lastCheckpoint(files: Files): Promise<number | null> {
  for (const step of (await checkpointSteps(files)).reverse()) if (await isComplete(files, step)) return step;
  return null;
}

/** Bytes of the files that a checkpoint names; 0 for one that was cut short. */
export async function checkpointBytes(files: Files, step: number): Promise<number> {
  return ((await namedFiles(files, step)) ?? []).reduce((sum, [, size]) => sum + size, 0);
}

async function isComplete(files: Files, step: number): Promise<boolean> {
  const named = await namedFiles(files, step);
  if (!named) return false;
  const folder = checkpointFolder(step);
  const present = await Promise.all(
    named.map(async ([file, size]) => (await files.size(`${folder}/${file}`)) === size),
  );
  return present.every(Boolean);
}

/** The files of a checkpoint and their sizes, as its state.json has them; null where that is missing or no JSON. */
async function namedFiles(files: Files, step: number): Promise<[name: string, size: number][] | null> {
  try {
    return Object.entries((await readRecord(files, step)).sizes);
  } catch (error) {
    if (error instanceof BadInput) return null;
    throw error;
  }
}

/** The owner's facts of a checkpoint. Throws BadInput where there is none. */
export async function checkpointFacts<T>(files: Files, step: number): Promise<T> {
  return (await readRecord<T>(files, step)).extra;
}

async function readRecord<T>(files: Files, step: number): Promise<CheckpointState<T>> {
  const where = `${files.where}/${checkpointFolder(step)}`;
  const record = await files.read(`${checkpointFolder(step)}/state.json`);
  if (!record)
    throw new BadInput('There is no complete checkpoint', where, 'Resume from another step, or start the run again.');
  return parseJson(record, `${where}/state.json`) as CheckpointState<T>;
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

/** Reads a checkpoint of what `layout` describes: the policy's state and the owner's facts. Throws DamagedCheckpoint. */
export async function loadCheckpoint<T>(
  files: Files,
  step: number,
  layout: Layout,
): Promise<{ state: TrainingState; extra: T }> {
  try {
    return await readCheckpoint<T>(files, step, layout);
  } catch (error) {
    if (!(error instanceof BadInput)) throw error;
    throw new DamagedCheckpoint(step, error.what, `${files.where}/${checkpointFolder(step)}`);
  }
}

async function readCheckpoint<T>(
  files: Files,
  step: number,
  layout: Layout,
): Promise<{ state: TrainingState; extra: T }> {
  const folder = checkpointFolder(step);
  const where = `${files.where}/${folder}`;
  const { updates, extra } = await readRecord<T>(files, step);
  const read = async (name: string) => {
    const bytes = await files.read(`${folder}/${name}`);
    if (!bytes) throw new BadInput(`${name} is missing`, where, 'Resume from another step.');
    return readSafetensors(bytes, `${where}/${name}`).tensors;
  };
  const weights = weightsFile(layout);
  const packed = layout.pack(await read(weights), `${where}/${weights}`);
  const tensors = await read('optimizer.safetensors');
  const moment = (name: string): Float32Array<ArrayBuffer> => {
    const tensor = tensors.get(name);
    if (tensor?.data.length !== packed.length)
      throw new BadInput(`optimizer.safetensors has no fitting ${name}`, where, 'Resume from another step.');
    return tensor.data as Float32Array<ArrayBuffer>;
  };
  return {
    state: { values: packed, firstMoment: moment('first_moment'), secondMoment: moment('second_moment'), updates },
    extra,
  };
}
