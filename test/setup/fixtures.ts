/** The PyTorch fixtures (test/fixtures/make_qwen3.py, make_families.py) and the models they belong to. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type FileSource, memoryBytes } from '../../src/data/bytes';
import type { Gpu } from '../../src/gpu/device';
import type { Capacity } from '../../src/model/net/activations';
import { Policy } from '../../src/model/net/policy';
import { openModelFolder } from '../../src/model/weights/folder';
import { type HostTensor, readSafetensors } from '../../src/model/weights/safetensors';

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

/** A folder on disk as a source of files. */
export const diskFolder = (folder: string): FileSource => ({
  where: folder,
  list: async () => readdirSync(folder).sort(),
  open: async (name) => {
    const path = join(folder, name);
    return existsSync(path) ? memoryBytes(new Uint8Array(readFileSync(path)), path) : null;
  },
});

/** Opens a model folder: a fixture by name, or any path. */
export async function openModel(gpu: Gpu, folder: string, capacity: Partial<Capacity> = {}): Promise<Policy> {
  const model = await openModelFolder(diskFolder(folder));
  return Policy.create(gpu, model.config, { ...SMALL, ...capacity }, model);
}
