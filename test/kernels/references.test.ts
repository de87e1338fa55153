/** The float64 references against themselves: gradients by central differences, random words by Random123's known answers. */
import { describe, expect, it } from 'vitest';
import { attention, attentionBackward } from '../../src/kernels/attention/reference';
import { divergence, divergenceBackward } from '../../src/kernels/divergence/reference';
import { logprob, logprobBackward } from '../../src/kernels/logprob/reference';
import { product } from '../../src/kernels/matmul/reference';
import { philox } from '../../src/kernels/philox/reference';
import { qkNormRope, qkNormRopeBackward } from '../../src/kernels/qk-norm-rope/reference';
import { rmsNorm, rmsNormBackward } from '../../src/kernels/rms-norm/reference';
import { table, turnHeads } from '../../src/kernels/rope/reference';
import { compare, explain } from '../../src/kernels/self-test/case';
import { swiglu, swigluBackward } from '../../src/kernels/swiglu/reference';
import { close, wave } from '../setup/close';

const why = 'central differences in float64';

/** Gradient of Σ f(x) · up in x, entry by entry. */
function differences(x: Float64Array, f: () => Float64Array, up: ArrayLike<number>): Float64Array {
  const h = 1e-6;
  const total = () => f().reduce((sum, v, i) => sum + v * up[i], 0);
  return x.map((kept, i) => {
    x[i] = kept + h;
    const above = total();
    x[i] = kept - h;
    const below = total();
    x[i] = kept;
    return (above - below) / (2 * h);
  });
}

const joined = (...parts: ArrayLike<number>[]) => Float64Array.from(parts.flatMap((part) => Array.from(part)));

describe('gradients are what differences give', () => {
  const check = (x: Float64Array, f: () => Float64Array, up: ArrayLike<number>, gradient: ArrayLike<number>) =>
    close(gradient, differences(x, f, up), { atol: 1e-7, rtol: 1e-6, why });

  it('swiglu', () => {
    const shape = { N: 3, F: 4 };
    const [gu, dy] = [wave(24, 1).map((v) => 4 * v), wave(12, 2)];
    check(gu, () => swiglu(gu, shape), dy, swigluBackward(gu, dy, shape));
  });

  it.each(['vocabulary', 'top-k', 'top-k-and-rest'] as const)('divergence, over %s', (support) => {
    for (const alpha of [0, 0.3, 1]) {
      const shape = { N: 3, V: 7, K: 3, support, alpha };
      const s = wave(21, 1).map((v) => 3 * v);
      const t = s.map((v, i) => v + wave(21, 2)[i]);
      const b = wave(3, 3);
      const given = { s, t, y: [0, 1, 2], w: [0, 0, 0], b };
      check(s, () => divergence({ s, t }, shape), b, divergenceBackward(given, shape));
    }
  });

  it('rms-norm', () => {
    const shape = { N: 3, C: 5, eps: 1e-6 };
    const [x, w, dy] = [wave(15, 1), wave(5, 2), wave(15, 3)];
    const { rstd } = rmsNorm(x, w, shape);
    const { dx, dw } = rmsNormBackward({ x, w, rstd, dy }, shape);
    check(x, () => rmsNorm(x, w, shape).y, dy, dx);
    check(w, () => rmsNorm(x, w, shape).y, dy, dw);
  });

  it('rope, whose gradient is the turn back', () => {
    const p = { positions: [1, 3], rope: table(5, 4) };
    const shape = { N: 2, D: 4, stride: 8, first: 0, count: 2 };
    const [x, dy] = [wave(16, 1), wave(16, 2)];
    check(x, () => turnHeads(x, p, shape), dy, turnHeads(dy, { ...p, sign: -1 }, shape));
  });

  it('qk-norm-rope', () => {
    const shape = { N: 3, H: 2, K: 1, D: 4 };
    const [qkv, w, dQkv] = [wave(48, 1), wave(8, 2), wave(48, 3)];
    const b = { qkv, w, positions: [0, 1, 4], rope: table(5, 4) };
    /** Turned heads where dQkv has them, value heads as they are. */
    const turned = () => {
      const { q, k } = qkNormRope(b, { ...shape, eps: 1e-6 });
      return joined(
        ...[0, 1, 2].map((n) =>
          joined(q.slice(8 * n, 8 * n + 8), k.slice(4 * n, 4 * n + 4), qkv.slice(16 * n + 12, 16 * n + 16)),
        ),
      );
    };
    const { rstd } = qkNormRope(b, { ...shape, eps: 1e-6 });
    const back = qkNormRopeBackward({ ...b, rstd, dQkv }, shape);
    check(qkv, turned, dQkv, back.dQkv);
    check(w, turned, dQkv, back.dw);
  });

  it.each([null, 2])('attention with a window of %s', (window) => {
    const heads = { H: 2, K: 1, D: 4, window };
    const [N, width] = [5, 16];
    const [q, k, qkv, dOut] = [wave(N * 8, 1), wave(N * 4, 2), wave(N * width, 3), wave(N * 8, 4)];
    const b = { q, k, qkv, offsets: [0, 1, 5] };
    const dQkv = attentionBackward({ ...b, dOut }, heads);
    const part = (from: number, to: number) => dQkv.filter((_, i) => i % width >= from && i % width < to);
    const out = () => attention(b, heads).out;
    check(q, out, dOut, part(0, 8));
    check(k, out, dOut, part(8, 12));
    const values = differences(qkv, out, dOut).filter((_, i) => i % width >= 12);
    close(part(12, 16), values, { atol: 1e-7, rtol: 1e-6, why });
  });

  it('logprob, and its entropy is −Σ p log p', () => {
    const [shape, z, y, w] = [{ N: 2, V: 5 }, wave(10, 1).map((v) => 3 * v), [4, 0], [0.5, -2]];
    const { lse, entropy } = logprob(z, y, shape);
    check(z, () => logprob(z, y, shape).logp, w, logprobBackward({ z, y, lse, w }, shape));
    const p = Array.from({ length: 5 }, (_, v) => logprob(z, [v, v], shape).logp[0]);
    expect(entropy[0]).toBeCloseTo(-p.reduce((sum, l) => sum + Math.exp(l) * l, 0), 12);
  });
});

it('the three layouts are one product, transposed', () => {
  const [M, N, K] = [2, 3, 4];
  const [a, b] = [wave(M * K, 1), wave(K * N, 2)];
  const transposed = (x: Float64Array, rows: number, columns: number) =>
    x.map((_, i) => x[(i % rows) * columns + Math.floor(i / rows)]);
  const want = product('NN', a, b, { M, N, K });
  expect(want[1]).toBeCloseTo(a[0] * b[1] + a[1] * b[4] + a[2] * b[7] + a[3] * b[10], 14);
  expect(product('NT', a, transposed(b, K, N), { M, N, K })).toEqual(want);
  expect(product('TN', transposed(a, M, K), b, { M, N, K })).toEqual(want);
});

it('Philox4x32-10 gives Random123’s known answers', () => {
  expect(philox([0, 0, 0, 0], [0, 0])).toEqual([0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8]);
  expect(philox(new Array(4).fill(0xffffffff), [0xffffffff, 0xffffffff])).toEqual([
    0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd,
  ]);
});

describe('the measure of differences', () => {
  it.each([
    [[1, 2, 3], 0, 0],
    [[1, 2.5, 3], 1, 1],
    [[1, -2, 3.25], 2, 1],
    [[Number.NaN, 2, 3], 1, 0], // what comes after must not hide it
    [[Number.NaN, 2, 99], 2, 0],
    [[Number.POSITIVE_INFINITY, 2, 3], 1, 0],
    [[1, 2], 1, 2], // what is missing is wrong
  ])('of %j counts %i, the worst at %i', (got, count, worst) => {
    const difference = compare(got, [1, 2, 3], { atol: 0.1, why });
    expect(difference?.count ?? 0).toBe(count);
    if (difference) expect(difference.worst).toBe(worst);
  });

  it('says where, how much and why no more is allowed', () => {
    const want = [1, -2, 3];
    const tolerance = { atol: 0.1, rtol: 0.1, why: 'a reason' };
    const difference = compare([1, -1, 3], want, tolerance);
    expect(difference && explain({ name: 'dx', want, tolerance }, [1, -1, 3], difference)).toBe(
      'dx: 1 of 3 differ; worst [1] got -1.000000 want -2.000000 (err 1.0e+0, allowed 3.0e-1: a reason)',
    );
  });
});
