/** Comparison of arrays whose failure teaches. */
import { expect } from 'vitest';

export interface Tolerance {
  atol?: number;
  rtol?: number;
  /** Why this tolerance and no smaller one. */
  why: string;
}

/** Fails with the number of differing entries, the worst place, and what was allowed there. */
export function close(
  got: ArrayLike<number>,
  want: ArrayLike<number>,
  { atol = 0, rtol = 0, why }: Tolerance,
  name = 'values',
): void {
  expect(got.length, `${name}: length`).toBe(want.length);
  let differing = 0;
  let worst = -1;
  let excess = 0;
  for (let i = 0; i < want.length; i++) {
    const error = Math.abs(got[i] - want[i]);
    const allowed = atol + rtol * Math.abs(want[i]);
    if (error <= allowed) continue; // NaN is no smaller
    differing += 1;
    const over = Number.isNaN(error) ? Number.POSITIVE_INFINITY : error / Math.max(allowed, 1e-300);
    if (over > excess) {
      excess = over;
      worst = i;
    }
  }
  if (differing === 0) return;
  const allowed = atol + rtol * Math.abs(want[worst]);
  const error = Math.abs(got[worst] - want[worst]);
  expect.fail(
    `${name}: ${differing} of ${want.length} differ; worst [${worst}] got ${got[worst]} want ${want[worst]} (err ${error.toExponential(1)}, allowed ${allowed.toExponential(1)}: ${why})`,
  );
}

/** Numbers in [-1, 1], the same everywhere, representable in f32. */
export const wave = (n: number, seed = 1): Float64Array =>
  Float64Array.from({ length: n }, (_, i) => Math.fround(Math.sin(12.9898 * (i + 1) + 78.233 * seed)));
