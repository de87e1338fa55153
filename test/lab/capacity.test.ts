/** How weights are held where the settings leave it open. */
import { expect, it } from 'vitest';
import { chosenStorage } from '../../src/lab/capacity';
import type { StoredTensor } from '../../src/model/stored-tensor';

const tensor = (name: string, dtype: string, shape: number[], bytes: number): StoredTensor => ({
  name,
  dtype,
  shape,
  bytes,
  rows: async () => new Float32Array(0),
});

it.each([
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
  expect(chosenStorage('auto', { tensors })).toBe(storage);
  expect(chosenStorage('f32', { tensors })).toBe('f32');
});
