/** (1 − rate) y + rate x. */
export const ema = (x: ArrayLike<number>, y: ArrayLike<number>, rate: number): Float64Array =>
  Float64Array.from(y, (v, i) => (1 - rate) * v + rate * x[i]);
