/** Comparison of arrays whose failure teaches. */
import { expect } from 'vitest';
import { compare, explain, type Tolerance } from '../../src/kernels/self-test/case';

export { type Tolerance, wave } from '../../src/kernels/self-test/case';

/** Fails with the number of differing entries, the worst place, and what was allowed there. */
export function close(got: ArrayLike<number>, want: ArrayLike<number>, tolerance: Tolerance, name = 'values'): void {
  expect(got.length, `${name}: length`).toBe(want.length);
  const difference = compare(got, want, tolerance);
  if (difference) expect.fail(explain({ name, want, tolerance }, got, difference));
}
