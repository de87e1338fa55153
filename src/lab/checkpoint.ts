/**
 * Checkpoints: everything the next step depends on. A checkpoint is a Hugging Face folder plus optimizer.safetensors and
 * state.json; state.json is written last and names the sizes of the others, so one that was cut short does not count.
 */
import { BadInput } from '../data/errors';
import { parseJson, readModelFolder, writeModelFolder } from '../model/folder';
import type { Policy, TrainingState } from '../model/policy';
import { readSafetensors, writeSafetensors } from '../model/safetensors';
import type { Files } from './files';

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
  const { layout } = policy.decoder.parameters;
  const moments = (packed: Float32Array<ArrayBuffer>) => ({ shape: [packed.length], data: packed });
  const contents = writeModelFolder(policy.config, layout.unpack(state.values), tokenizer);
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

/** Steps that have a complete checkpoint, ascending. */
export async function completeCheckpoints(files: Files): Promise<number[]> {
  const steps: number[] = [];
  for (const name of await files.list('checkpoints')) {
    const step = Number(/^step-(\d+)$/.exec(name)?.[1] ?? Number.NaN);
    const state = Number.isInteger(step) ? await files.read(`checkpoints/${name}/state.json`) : null;
    if (!state) continue;
    const { sizes } = parseJson(state, `${files.where}/checkpoints/${name}/state.json`) as CheckpointState<unknown>;
    const present = await Promise.all(
      Object.entries(sizes).map(async ([file, size]) => (await files.size(`checkpoints/${name}/${file}`)) === size),
    );
    if (present.every(Boolean)) steps.push(step);
  }
  return steps.sort((a, b) => a - b);
}

/** Reads a checkpoint: the policy's state and the owner's facts. Throws BadInput for one that is missing or damaged. */
export async function loadCheckpoint<T>(files: Files, step: number): Promise<{ state: TrainingState; extra: T }> {
  const folder = checkpointFolder(step);
  const where = `${files.where}/${folder}`;
  const record = await files.read(`${folder}/state.json`);
  if (!record)
    throw new BadInput('There is no complete checkpoint', where, 'Resume from another step, or start the run again.');
  const { updates, extra } = parseJson(record, `${where}/state.json`) as CheckpointState<T>;
  const { packed } = await readModelFolder((name) => files.read(`${folder}/${name}`), where);
  const optimizer = await files.read(`${folder}/optimizer.safetensors`);
  if (!optimizer) throw new BadInput('optimizer.safetensors is missing', where, 'Resume from another step.');
  const { tensors } = readSafetensors(optimizer, `${where}/optimizer.safetensors`);
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
