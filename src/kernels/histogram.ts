/** How a column's values are distributed over fixed bins. */
import { defineKernel } from '../gpu/kernel';
import { type Recorder, rows } from '../gpu/recorder';
import { expectLength, type Tensor } from '../gpu/tensor';
import source from './histogram.wgsl?raw';

const kernel = defineKernel('histogram', source);

/** Bins that a workgroup's own counters hold. */
export const MOST_BINS = 256;
const WG = 64;
const PER = 16;

/**
 * counts (bins + 1) u32 = number of values of column `column` of x (N,stride) in each of `bins` equal bins from lo to hi;
 * values outside count in the end bins, NaN in the last place. The counts add up to N. Throws RangeError for bins outside
 * 1 … MOST_BINS or hi ≤ lo.
 */
export function histogram(
  r: Recorder,
  b: { x: Tensor; counts: Tensor },
  p: { N: number; stride: number; column: number; bins: number; lo: number; hi: number },
): void {
  const { N, stride, column, bins, lo, hi } = p;
  if (!(Number.isInteger(bins) && bins >= 1 && bins <= MOST_BINS && hi > lo))
    throw new RangeError(
      `histogram cannot count ${bins} bins from ${lo} to ${hi}. Take 1 to ${MOST_BINS} bins and an upper end above the lower one.`,
    );
  if (N > 0) expectLength('histogram.x', b.x, (N - 1) * stride + column + 1);
  expectLength('histogram.counts', b.counts, bins + 1);
  r.clear(b.counts);
  const params = { N, stride, column, B: bins, lo, scale: bins / (hi - lo) };
  r.dispatch(kernel, b, params, rows(Math.ceil(N / (WG * PER))), { WG, PER });
}
