/** The gated unit in float64, with its gradient. */

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

/** y (N,F) = silu(gate) up, for gu (N,2F) with the gate columns first. */
export function swiglu(gu: ArrayLike<number>, { N, F }: { N: number; F: number }): Float64Array {
  const y = new Float64Array(N * F);
  for (let n = 0; n < N; n++)
    for (let f = 0; f < F; f++) {
      const g = gu[n * 2 * F + f];
      y[n * F + f] = g * sigmoid(g) * gu[n * 2 * F + F + f];
    }
  return y;
}

/** dGu (N,2F) from dy (N,F). */
export function swigluBackward(
  gu: ArrayLike<number>,
  dy: ArrayLike<number>,
  { N, F }: { N: number; F: number },
): Float64Array {
  const dGu = new Float64Array(N * 2 * F);
  for (let n = 0; n < N; n++)
    for (let f = 0; f < F; f++) {
      const at = n * 2 * F + f;
      const [g, u, d] = [gu[at], gu[at + F], dy[n * F + f]];
      const s = sigmoid(g);
      dGu[at] = d * u * s * (1 + g * (1 - s));
      dGu[at + F] = d * g * s;
    }
  return dGu;
}
