/** RMSNorm of rows in float64, with its gradients. */

/** y (N,C) = w x / rms(x), and rstd (N) = 1 / rms(x). */
export function rmsNorm(
  x: ArrayLike<number>,
  w: ArrayLike<number>,
  { N, C, eps }: { N: number; C: number; eps: number },
): { y: Float64Array; rstd: Float64Array } {
  const [y, rstd] = [new Float64Array(N * C), new Float64Array(N)];
  for (let n = 0; n < N; n++) {
    let square = 0;
    for (let c = 0; c < C; c++) square += x[n * C + c] ** 2;
    rstd[n] = 1 / Math.sqrt(square / C + eps);
    for (let c = 0; c < C; c++) y[n * C + c] = w[c] * x[n * C + c] * rstd[n];
  }
  return { y, rstd };
}

/** Gradients in x (N,C) and in w (C), given dy (N,C). */
export function rmsNormBackward(
  { x, w, rstd, dy }: { x: ArrayLike<number>; w: ArrayLike<number>; rstd: ArrayLike<number>; dy: ArrayLike<number> },
  { N, C }: { N: number; C: number },
): { dx: Float64Array; dw: Float64Array } {
  const [dx, dw] = [new Float64Array(N * C), new Float64Array(C)];
  for (let n = 0; n < N; n++) {
    const [first, s] = [n * C, rstd[n]];
    let pull = 0;
    for (let c = 0; c < C; c++) pull += dy[first + c] * w[c] * x[first + c];
    for (let c = 0; c < C; c++) {
      const i = first + c;
      dx[i] = s * (dy[i] * w[c] - (x[i] * s * s * pull) / C);
      dw[c] += dy[i] * x[i] * s;
    }
  }
  return { dx, dw };
}
