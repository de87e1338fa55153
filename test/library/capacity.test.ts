/** What is chosen where the settings leave it open: how weights are held, how many rows are decoded at once. */
import { expect, it } from 'vitest';
import { chosenFormat, sessionCapacity } from '../../src/library/capacity';
import { type ModelConfig, NANO_CONFIG } from '../../src/model/net/config';
import { planMemory } from '../../src/model/net/decoder';
import type { StoredTensor } from '../../src/model/weights/stored-tensor';
import { parseTrainConfig } from '../../src/settings/config';

const tensor = (name: string, dtype: StoredTensor['dtype'], shape: number[], bytes: number): StoredTensor => ({
  name,
  dtype,
  shape,
  bytes,
  rows: async () => new Float32Array(0),
});

it.each<[StoredTensor['dtype'], string]>([
  ['F32', 'f32'],
  ['BF16', 'bf16'],
  ['F16', 'f16'],
  ['Q8_0', 'q8'],
  ['Q6_K', 'q8'],
  ['Q5_1', 'q8'],
  ['Q4_0', 'q4'],
  ['Q4_K', 'q4'],
  ['Q3_K', 'q4'],
  ['Q2_K', 'q4'],
])('%s matrices are held as %s, whatever the norms are', (dtype, storage) => {
  const tensors = new Map(
    [
      tensor('norm', 'F32', [64], 1e6),
      tensor('a', dtype, [64, 64], 3000),
      tensor('b', dtype, [64, 64], 3000),
      tensor('embed', 'Q6_K', [64, 64], 5000),
    ].map((t) => [t.name, t]),
  );
  expect(chosenFormat('auto', { tensors })).toBe(storage);
  expect(chosenFormat('f32', { tensors })).toBe('f32');
});

it('decodes as many rows at once as a gigabyte of cache and one binding of logits take', () => {
  const shapes: Record<string, Partial<ModelConfig>> = {
    nano: {},
    'SmolLM2-135M': {
      vocabSize: 49_152,
      hiddenSize: 576,
      layers: 30,
      heads: 9,
      kvHeads: 3,
      headDim: 64,
      maxPositions: 8192,
    },
    'Qwen3-0.6B': {
      vocabSize: 151_936,
      hiddenSize: 1024,
      layers: 28,
      heads: 16,
      kvHeads: 8,
      headDim: 128,
      maxPositions: 40_960,
    },
  };
  const rows = Object.entries(shapes).map(([name, shape]) => {
    const config = { ...NANO_CONFIG, ...shape, sliding: new Array(shape.layers ?? 3).fill(false) };
    const capacity = sessionCapacity(
      { config, tensors: new Map() },
      parseTrainConfig({ loraRank: 8, evalProblems: 128, evalSamples: 8 }),
    );
    expect(planMemory(config, capacity).kvCache, name).toBeLessThanOrEqual(1e9);
    return [name, capacity.rows];
  });
  expect(rows).toEqual([
    ['nano', 256],
    ['SmolLM2-135M', 21],
    ['Qwen3-0.6B', 4],
  ]);
});

it('keeps no rows for held-out problems where none are measured', () => {
  const settings = { evalEvery: 0, problems: 2, group: 4, evalProblems: 128 };
  expect(sessionCapacity({ config: NANO_CONFIG, tensors: new Map() }, parseTrainConfig(settings)).rows).toBe(8);
});
