/** What `score`, `gradients`, `tokens`, `generate` and `eval` share: a model opened for these sequences, and their inputs. */
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { BadInput } from '../data/errors';
import type { Capacity } from '../model/activations';
import { parseJson } from '../model/folder';
import { Policy } from '../model/policy';
import { type LoadedModel, loadModel, openDevice } from './places';

/** A policy with room for what is asked. */
export async function openPolicy(
  name: string,
  need: Partial<Capacity>,
): Promise<{ policy: Policy; model: LoadedModel }> {
  const model = await loadModel(name);
  const { gpu } = await openDevice(need.training === true);
  const positions = Math.max(model.config.maxPositions, need.positions ?? 0);
  const rows = need.rows ?? 1;
  const tokens = Math.max(need.tokens ?? 0, rows, positions);
  const capacity: Capacity = {
    maxNewTokens: 1,
    training: false,
    recompute: false,
    ...need,
    tokens,
    targets: tokens,
    positions,
    rows,
  };
  return { policy: await Policy.create(gpu, model.config, capacity, model), model };
}

/** JSON from a file of the command line. Throws BadInput. */
export async function readJsonFile(path: string): Promise<unknown> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(resolve(path));
  } catch {
    throw new BadInput('The file cannot be read', resolve(path), 'Check the path.');
  }
  return parseJson(bytes, resolve(path));
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
