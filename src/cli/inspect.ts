/** What `score`, `gradients`, `tokens`, `generate` and `eval` share: a model opened for these sequences, and their inputs. */
import { basename, resolve } from 'node:path';
import { readWhole } from '../data/bytes';
import { BadInput } from '../data/errors';
import { readJson } from '../data/json';
import { BUILT_IN_MODELS, NATIVE_TASK, taskOfModel } from '../data/tasks';
import { chosenFormat } from '../library/capacity';
import type { LoadedModel } from '../library/open-model';
import { fileSource } from '../library/sources/folder.node';
import type { Capacity } from '../model/net/activations';
import { Policy } from '../model/net/policy';
import type { Flags } from './options';
import { loadLora, loadModel, openDevice } from './places';

/** Flags of every command that opens a model to look at it. */
export const MODEL_FLAGS = {
  model: {
    kind: 'text',
    doc: `${BUILT_IN_MODELS.join(' or ')} (built in), a model folder, a .gguf file, a web address or a Hub id`,
    default: NATIVE_TASK.model,
    placeholder: 'MODEL',
  },
  adapter: {
    kind: 'text',
    doc: 'PEFT adapter to put on the model: a folder, a web address or a Hub id',
    placeholder: 'ADAPTER',
  },
  'weight-format': {
    kind: 'text',
    doc: 'how weights are stored: auto, f32, bf16, f16, q8 or q4',
    default: 'auto',
    formerly: 'storage',
  },
} as const satisfies Flags;

/** Values of MODEL_FLAGS. */
export interface ModelFlags {
  model?: string;
  adapter?: string;
  'weight-format'?: string;
}

/** The model that the flags name; only its headers are read. */
export const modelOf = (flags: ModelFlags): Promise<LoadedModel> => loadModel(flags.model ?? NATIVE_TASK.model);

/** The task that the flags name; else the one that the model was made for, and the first row's for any other model. */
export const taskNamed = (flags: ModelFlags & { task?: string }): string =>
  flags.task ?? (taskOfModel(flags.model ?? NATIVE_TASK.model) ?? NATIVE_TASK).name;

/** A policy with room for what is asked, its adapter on it. */
export async function openPolicy(model: LoadedModel, need: Partial<Capacity>, flags: ModelFlags = {}): Promise<Policy> {
  const adapter = flags.adapter ? await loadLora(flags.adapter, model.config) : null;
  const { gpu } = await openDevice(need.training === true);
  const positions = Math.max(Math.min(model.config.maxPositions, 2048), need.positions ?? 0);
  const rows = need.rows ?? 1;
  const tokens = Math.max(need.tokens ?? 0, rows, positions);
  const capacity: Capacity = {
    maxNewTokens: 1,
    training: false,
    recompute: false,
    format: chosenFormat(flags['weight-format'] ?? 'auto', model),
    lora: adapter?.settings,
    ...need,
    tokens,
    targets: tokens,
    positions,
    rows,
  };
  const policy = await Policy.create(gpu, model.config, capacity, model);
  if (adapter) policy.setLora(adapter.packed);
  return policy;
}

/** JSON from a file of the command line. Throws BadInput. */
export async function readJsonFile(path: string): Promise<unknown> {
  const where = resolve(path);
  const bytes = (await readWhole(await fileSource(where), basename(where))) as Uint8Array;
  return readJson(bytes, where);
}

/** {"tokens": int[][]} of a file. Throws BadInput. */
export async function readTokenLists(path: string): Promise<number[][]> {
  const { tokens } = ((await readJsonFile(path)) ?? {}) as { tokens?: unknown };
  const valid =
    Array.isArray(tokens) &&
    tokens.every((row) => Array.isArray(row) && row.length > 0 && row.every((id) => Number.isInteger(id) && id >= 0));
  if (!valid)
    throw new BadInput(
      'The file has no "tokens": lists of token ids',
      path,
      'Write {"tokens": [[1, 2, 3], …]}, each list with at least one id.',
    );
  return tokens as number[][];
}

/** Splits a flat list by lengths. */
export function unflatten(flat: ArrayLike<number>, lengths: readonly number[]): number[][] {
  let at = 0;
  return lengths.map((n) => {
    const row = Array.prototype.slice.call(flat, at, at + n) as number[];
    at += n;
    return row;
  });
}
