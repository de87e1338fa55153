import { describe, expect, it } from 'vitest';
import { type MatmulCall, matmul } from '../../src/kernels/matmul';
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
  [5, 3, 7],
  [8, 32, 4],
  [63, 20, 37],
  [64, 80, 64],
  [65, 36, 20],
  [7, 129, 24],
  [257, 12, 176],
];

describe.each(['NT', 'NN', 'TN'] as const)('matmul %s', (layout) => {
  it.each(SIZES)('%i × %i over %i', async (M, N, K) => {
    const { r, put, poisoned, read } = device;
    const [a, b, d, bias] = [wave(M * K, 1), wave(N * K, 2), wave(M * N, 3), wave(N, 4)];
    const want = reference(layout, M, N, K, a, b);
    const tolerance = { atol: 1e-6 * K + 1e-6, why: `f32 sum over ${K} products of at most 1` };
    const [A, B] = [put(a), put(b)];
    const call = { layout, a: A, b: B, M, N, K };
    const plain = poisoned(M * N + 8);
    matmul(r, { ...call, c: plain });
    const got = await read(plain, M * N + 8);
    close(got.subarray(0, M * N), want, tolerance, 'product');
    expect([...got.subarray(M * N)]).toEqual(new Array(8).fill(Math.fround(1e30)));
    const added = put(d);
    matmul(r, { ...call, c: added, accumulate: true });
    close(
      await read(added, M * N),
      want.map((v, i) => v + d[i]),
      tolerance,
      'accumulated',
    );
    const residual = poisoned(M * N);
    matmul(r, { ...call, c: residual, addend: put(d) });
    close(
      await read(residual, M * N),
      want.map((v, i) => v + d[i]),
      tolerance,
      'with addend',
    );
    const biased = poisoned(M * N);
    matmul(r, { ...call, c: biased, bias: put(bias) });
    close(
      await read(biased, M * N),
      want.map((v, i) => v + bias[i % N]),
      tolerance,
      'with bias',
    );
  });
});

it('refuses a tensor that is too small', () => {
  const { r, put } = device;
  const small = put(new Float64Array(8));
  expect(() => matmul(r, { layout: 'NT', a: small, b: small, c: small, M: 8, N: 8, K: 8 })).toThrow(
    /holds 8 values, needs 64/,
  );
});
