/** The PyTorch fixtures (test/fixtures/make_qwen3.py, make_families.py) and the models they belong to. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Gpu } from '../../src/gpu/device';
import type { Capacity } from '../../src/model/activations';
import { readModelFolder } from '../../src/model/folder';
import { Policy } from '../../src/model/policy';
import { type HostTensor, readSafetensors } from '../../src/model/safetensors';

export const FIXTURES = [
  'qwen3-tied',
  'qwen3-untied',
  'qwen3-odd',
  'qwen3-yarn',
  'qwen2',
  'qwen2-window',
  'llama',
  'llama3',
  'llama-linear',
  'olmo2',
  'olmo3',
] as const;
export const fixturePath = (...parts: string[]): string => join(import.meta.dirname, '../fixtures', ...parts);

export const fixtureJson = <T>(...parts: string[]): T => JSON.parse(readFileSync(fixturePath(...parts), 'utf8')) as T;
export const fixtureTensors = (...parts: string[]): Map<string, HostTensor> =>
  readSafetensors(readFileSync(fixturePath(...parts)), parts.join('/')).tensors;

/** Per-token expectations of a fixture, as the scripts write them. */
export interface Expected {
  tokens: number[][];
  weights: number[][];
  logprob: number[][];
  entropy: number[][];
}

export const SMALL: Capacity = {
  tokens: 256,
  targets: 256,
  positions: 128,
  rows: 16,
  maxNewTokens: 40,
  training: true,
  recompute: false,
};

/** Opens a model folder: a fixture by name, or any path. */
export async function openModel(gpu: Gpu, folder: string, capacity: Partial<Capacity> = {}): Promise<Policy> {
  const read = async (name: string) => (existsSync(join(folder, name)) ? readFileSync(join(folder, name)) : null);
  const model = await readModelFolder(read, folder);
  return Policy.create(gpu, model.config, { ...SMALL, ...capacity }, model.packed);
}
