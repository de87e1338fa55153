/** Dropout in float64, with the mask that philox gives. */
import { philox } from '../philox/reference';
import type { DropoutMask } from './dropout';

/** y = x keep / (1 − rate); `rate` as an f32 holds it decides which values stay. */
export function dropout(x: ArrayLike<number>, { rate, seed, stream, site }: DropoutMask): Float64Array {
  const p = Math.fround(rate);
  const y = new Float64Array(x.length);
  for (let four = 0; 4 * four < x.length; four++) {
    philox([four, site, stream, 1], [seed, 0]).forEach((word, e) => {
      const i = 4 * four + e;
      if (i < x.length) y[i] = (word >>> 8) / 2 ** 24 >= p ? x[i] / (1 - p) : 0;
    });
  }
  return y;
}
