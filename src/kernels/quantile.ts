/** Medians and other quantiles of a column over segments: exact values, not bins. */
import { defineKernel } from '../gpu/kernel';
import { type Recorder, rows } from '../gpu/recorder';
import { expectLength, type Tensor } from '../gpu/tensor';
import source from './quantile.wgsl?raw';

const kernel = defineKernel('quantile', source);

/**
 * The two ranks (S,2) whose mean is the quantile q of each segment with first rows `offsets` (S+1); for q = ½ the two middle
 * values, or the middle one twice. Throws RangeError for q outside 0 … 1.
 */
export function quantileRanks(offsets: ArrayLike<number>, q: number): Uint32Array<ArrayBuffer> {
  if (!(q >= 0 && q <= 1))
    throw new RangeError(`quantileRanks cannot take the quantile ${q}. Take a number from 0 to 1.`);
  const ranks = new Uint32Array(Math.max(0, offsets.length - 1) * 2);
  for (let k = 0; k + 1 < offsets.length; k++) {
    const last = Math.max(0, offsets[k + 1] - offsets[k] - 1);
    ranks.set([Math.floor(q * last), Math.ceil(q * last)], 2 * k);
  }
  return ranks;
}

/**
 * out (S) = mean of the values of both ranks of column `column` of x (N,stride) in each of S segments, 0 for an empty one.
 * offsets (S+1) u32 as in reduceSegments, ranks (S,2) u32 of quantileRanks. One workgroup a segment, whatever its length.
 */
export function quantile(
  r: Recorder,
  b: { x: Tensor; offsets: Tensor; ranks: Tensor; out: Tensor },
  p: { S: number; N: number; stride: number; column: number },
): void {
  if (p.N > 0) expectLength('quantile.x', b.x, (p.N - 1) * p.stride + p.column + 1);
  expectLength('quantile.offsets', b.offsets, p.S + 1);
  expectLength('quantile.ranks', b.ranks, p.S * 2);
  expectLength('quantile.out', b.out, p.S);
  r.dispatch(kernel, b, { S: p.S, stride: p.stride, column: p.column }, rows(p.S), { WG: 64 });
}
