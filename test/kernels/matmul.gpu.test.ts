import { afterEach, describe, expect, it } from 'vitest';
import {
  MATMUL_VARIANTS,
  type MatmulCall,
  type MatmulVariant,
  matmul,
  matmulVariant,
  setMatmulVariant,
} from '../../src/kernels/matmul/matmul';
import { tuneMatmul } from '../../src/kernels/tuner';
import { close, wave } from '../setup/close';
import { testDevice } from '../setup/gpu';

const device = testDevice();

/** a · b in float64, in the call's layout. */
function reference(
  layout: MatmulCall['layout'],
  M: number,
  N: number,
  K: number,
  a: Float64Array,
  b: Float64Array,
): Float64Array {
  const c = new Float64Array(M * N);
  for (let m = 0; m < M; m++)
    for (let n = 0; n < N; n++)
      for (let k = 0; k < K; k++)
        c[m * N + n] +=
          (layout === 'TN' ? a[k * M + m] : a[m * K + k]) * (layout === 'NT' ? b[n * K + k] : b[k * N + n]);
  return c;
}

const SIZES = [
  [1, 1, 1],
  [1, 64, 64],
  [4, 80, 64],
  [5, 3, 7],
  [8, 32, 4],
  [12, 176, 20],
  [63, 20, 37],
  [64, 80, 64],
  [65, 36, 20],
  [65, 60, 20],
  [7, 129, 24],
  [257, 12, 176],
  [128, 64, 257],
  // few columns, as an adapter's rank is: whole in fours and not, and over a long K
  [12, 1, 8],
  [96, 8, 20],
  [36, 6, 180],
  [68, 16, 12],
  [20, 13, 260],
  [96, 24, 8],
];

const LAYOUTS = ['NT', 'NN', 'TN'] as const;
const CASES = MATMUL_VARIANTS.flatMap((variant) => LAYOUTS.map((layout) => [variant, layout] as const));

afterEach(() => setMatmulVariant(device.gpu, device.gpu.adapter.software ? 'broadcast' : 'tiles-64'));

describe.each(CASES)('matmul %s %s', (variant, layout) => {
  it.each(SIZES)('%i × %i over %i', async (M, N, K) => {
    const { gpu, r, put, poisoned, read } = device;
    setMatmulVariant(gpu, variant);
    const [a, b, d, bias] = [wave(M * K, 1), wave(N * K, 2), wave(M * N, 3), wave(N, 4)];
    const want = reference(layout, M, N, K, a, b);
    const tolerance = { atol: 1e-6 * K + 1e-6, why: `f32 sum over ${K} products of at most 1` };
    const [A, B] = [put(a), put(b)];
    const call = { layout, a: A, b: B, M, N, K };
    const product = poisoned(M * N + 8);
    matmul(r, { ...call, c: product });
    const got = await read(product, M * N + 8);
    close(got.subarray(0, M * N), want, tolerance, 'product');
    expect([...got.subarray(M * N)], 'what lies behind the product').toEqual(new Array(8).fill(Math.fround(1e30)));
    const added = put(d);
    matmul(r, { ...call, c: added, accumulate: true });
    const sum = want.map((v, i) => v + d[i]);
    close(await read(added, M * N), sum, tolerance, 'accumulated');
    const residual = poisoned(M * N);
    matmul(r, { ...call, c: residual, addend: put(d) });
    close(await read(residual, M * N), sum, tolerance, 'with addend');
    const biased = poisoned(M * N);
    matmul(r, { ...call, c: biased, bias: put(bias) });
    const shifted = want.map((v, i) => v + bias[i % N]);
    close(await read(biased, M * N), shifted, tolerance, 'with bias');
    const again = poisoned(M * N);
    matmul(r, { ...call, c: again });
    expect(await read(again, M * N), 'the same bits twice').toEqual(got.subarray(0, M * N));
  });
});

describe.each(MATMUL_VARIANTS)('%s, columns of wider matrices', (variant) => {
  // An adapter's gradients on one part of a fused projection, whole in fours and not (M of TN, K of NN).
  it.each([
    ['NN', 13, 8, 12],
    ['NN', 13, 6, 7],
    ['NN', 13, 40, 12],
    ['TN', 12, 8, 13],
    ['TN', 6, 8, 13],
    ['TN', 6, 40, 13],
  ] as const)('%s %i × %i over %i reads a', async (layout, M, N, K) => {
    const { gpu, r, put, poisoned, read } = device;
    setMatmulVariant(gpu, variant);
    const [rows, own, from, width] = layout === 'TN' ? [K, M, 4, M + 12 - (M % 4)] : [M, K, 8, K + 16 - (K % 4)];
    const wide = wave(rows * width, 1);
    const a = new Float64Array(rows * own).map((_, i) => wide[Math.floor(i / own) * width + from + (i % own)]);
    const b = wave(N * K, 2);
    const c = poisoned(M * N);
    matmul(r, { layout, a: put(wide), b: put(b), c, M, N, K, alpha: 0.5, aColumns: { from, width } });
    const want = reference(layout, M, N, K, a, b).map((v) => v / 2);
    close(
      await read(c, M * N),
      want,
      { atol: 1.5e-5, why: 'f32 sum over at most 13 products of at most 1' },
      'product',
    );
  });

  it.each([
    [13, 9, 8],
    [70, 60, 8],
  ])('NT %i × %i over %i adds to c', async (M, N, K) => {
    const { gpu, r, put, read } = device;
    setMatmulVariant(gpu, variant);
    const [from, width] = [5, N + 7];
    const [a, b, before] = [wave(M * K, 1), wave(N * K, 2), wave(M * width, 3)];
    const product = reference('NT', M, N, K, a, b);
    const want = before.map((v, i) => {
      const n = (i % width) - from;
      return n < 0 || n >= N ? v : v + 2 * product[Math.floor(i / width) * N + n];
    });
    const c = put(before);
    const cColumns = { from, width };
    matmul(r, { layout: 'NT', a: put(a), b: put(b), c, M, N, K, accumulate: true, alpha: 2, cColumns });
    close(await read(c, M * width), want, { atol: 1e-5, why: 'f32 sum over 8 products of at most 2' }, 'c');
  });
});

describe.each(['tiles-64', 'tiles-128'] as const)('%s', (variant) => {
  it('takes its large tile where there are enough of them', async () => {
    const { gpu, r, put, poisoned, read } = device;
    setMatmulVariant(gpu, variant);
    const [M, N, K] = [16 * 128 - 5, 8 * 128 - 3, 3]; // 128 tiles of 128 × 128
    const [a, b] = [wave(M * K, 1), wave(N * K, 2)];
    const c = poisoned(M * N);
    matmul(r, { layout: 'NT', a: put(a), b: put(b), c, M, N, K });
    close(
      await read(c, M * N),
      reference('NT', M, N, K, a, b),
      { atol: 4e-6, why: 'f32 sum over 3 products of at most 1' },
      'product',
    );
  });
});

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
