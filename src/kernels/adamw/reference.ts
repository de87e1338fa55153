/** Clipping by the global norm and AdamW, in float64. */
import type { AdamWOptions } from './adamw';

/** Length of all gradients, and the factor that brings it to at most maxNorm. */
export function globalNorm(g: readonly ArrayLike<number>[], maxNorm: number): { norm: number; clip: number } {
  let square = 0;
  for (const part of g) for (let i = 0; i < part.length; i++) square += part[i] ** 2;
  const norm = Math.sqrt(square);
  return { norm, clip: Math.min(1, maxNorm / (norm + 1e-6)) };
}

/** One step on x, m and v, in place. */
export function adamw(
  { g, x, m, v }: { g: ArrayLike<number>; x: Float64Array; m: Float64Array; v: Float64Array },
  clip: number,
  o: AdamWOptions,
  decays: (i: number) => boolean = () => true,
): void {
  for (let i = 0; i < x.length; i++) {
    const gradient = g[i] * clip;
    m[i] = o.beta1 * m[i] + (1 - o.beta1) * gradient;
    v[i] = o.beta2 * v[i] + (1 - o.beta2) * gradient ** 2;
    const [first, second] = [m[i] / (1 - o.beta1 ** o.t), v[i] / (1 - o.beta2 ** o.t)];
    x[i] = x[i] * (1 - o.lr * (decays(i) ? o.weightDecay : 0)) - (o.lr * first) / (Math.sqrt(second) + o.eps);
  }
}
