/** Rotary embedding in float64: in a head of D channels, i < D/2 turns with i + D/2. */

/** One head turned by the angles whose D/2 cosines and then D/2 sines lie in `rope` from `at` on; `sign` −1 turns it back. */
export function turn(head: ArrayLike<number>, rope: ArrayLike<number>, at: number, sign: 1 | -1 = 1): Float64Array {
  const half = head.length / 2;
  const y = new Float64Array(head.length);
  for (let i = 0; i < half; i++) {
    const [cos, sin] = [rope[at + i], sign * rope[at + half + i]];
    y[i] = head[i] * cos - head[i + half] * sin;
    y[i + half] = head[i + half] * cos + head[i] * sin;
  }
  return y;
}

/** A table (P,D) of half cosines, half sines of position · θ^(−2i/D), as an f32 holds them. */
export function table(P: number, D: number, theta = 10_000): Float64Array {
  const rope = new Float64Array(P * D);
  for (let p = 0; p < P; p++)
    for (let i = 0; i < D / 2; i++) {
      const angle = p * theta ** ((-2 * i) / D);
      rope[p * D + i] = Math.fround(Math.cos(angle));
      rope[p * D + D / 2 + i] = Math.fround(Math.sin(angle));
    }
  return rope;
}

/** Heads `first` … `first + count` − 1 of rows of `stride` turned by their tokens' positions: (N,count,D). */
export function turnHeads(
  x: ArrayLike<number>,
  { positions, rope, sign = 1 }: { positions: ArrayLike<number>; rope: ArrayLike<number>; sign?: 1 | -1 },
  { N, D, stride, first, count }: { N: number; D: number; stride: number; first: number; count: number },
): Float64Array {
  const y = new Float64Array(N * count * D);
  for (let n = 0; n < N; n++)
    for (let h = 0; h < count; h++) {
      const at = n * stride + (first + h) * D;
      const head = Float64Array.from({ length: D }, (_, d) => x[at + d]);
      y.set(turn(head, rope, positions[n] * D, sign), (n * count + h) * D);
    }
  return y;
}
