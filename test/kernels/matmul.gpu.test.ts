/** What the products' cases (cases.gpu.test.ts) do not show: what they keep out, what they refuse, and the tuner. */
import { afterEach, describe, expect, it } from 'vitest';
import {
  MATMUL_VARIANTS,
  type MatmulVariant,
  matmul,
  matmulVariant,
  setMatmulVariant,
} from '../../src/kernels/matmul/matmul';
import { tuneMatmul } from '../../src/kernels/tuner';
import { testDevice } from '../setup/gpu';

const device = testDevice();

afterEach(() => setMatmulVariant(device.gpu, device.gpu.adapter.software ? 'broadcast' : 'tiles-64'));

it.each(MATMUL_VARIANTS)('%s keeps what the second operand holds outside the product out of it', async (variant) => {
  const { gpu, r, put, poisoned, read } = device;
  setMatmulVariant(gpu, variant);
  const b = new Float64Array(8 * 4 + 32).fill(Number.NaN).fill(0.5, 0, 8 * 4);
  const c = poisoned(20 * 8);
  matmul(r, { layout: 'NN', a: put(new Float64Array(20 * 4).fill(1)), b: put(b), c, M: 20, N: 8, K: 4 });
  expect([...(await read(c, 20 * 8))]).toEqual(new Array(20 * 8).fill(2));
});

it('refuses a tensor that is too small', () => {
  const { r, put } = device;
  const small = put(new Float64Array(8));
  expect(() => matmul(r, { layout: 'NT', a: small, b: small, c: small, M: 8, N: 8, K: 8 })).toThrow(
    /holds 8 values, needs 64/,
  );
});

describe('the tuner', () => {
  it('measures once, remembers by adapter, and takes what it remembers', async () => {
    const { gpu } = device;
    const stored = new Map<string, string>();
    const storage = {
      load: async (key: string) => stored.get(key) ?? null,
      save: async (key: string, value: string) => void stored.set(key, value),
    };
    const before = gpu.liveBuffers;
    const variant = await tuneMatmul(gpu, storage);
    expect(gpu.liveBuffers).toBe(before);
    expect(MATMUL_VARIANTS).toContain(variant);
    expect(matmulVariant(gpu)).toBe(variant);
    expect([...stored.values()]).toEqual([variant]);
    const other: MatmulVariant = variant === 'plain' ? 'broadcast' : 'plain';
    for (const key of stored.keys()) stored.set(key, other);
    expect(await tuneMatmul(gpu, storage)).toBe(other);
    for (const key of stored.keys()) stored.set(key, 'a variant of another version');
    expect(MATMUL_VARIANTS).toContain(await tuneMatmul(gpu, storage));
  });
});
