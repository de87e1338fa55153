/** RMSNorm of each query and key head, then rotary embedding, in float64, with the gradients. */
import { rmsNorm, rmsNormBackward } from '../rms-norm/reference';
import { turn } from '../rope/reference';
import type { HeadShape } from './qk-norm-rope';

interface Inputs {
  /** (N,(H+2K)D): query heads, key heads, value heads. */
  qkv: ArrayLike<number>;
  positions: ArrayLike<number>;
  /** (P,D): half cosines, half sines. */
  rope: ArrayLike<number>;
  /** (2,D): the weight of queries, the weight of keys. */
  w: ArrayLike<number>;
}

const slice = (x: ArrayLike<number>, from: number, count: number) =>
  Float64Array.from({ length: count }, (_, i) => x[from + i]);

/** Every query and key head with its weight; `at` is its place in qkv, `i` among the heads of all tokens. */
function* heads({ w }: Pick<Inputs, 'w'>, { N, H, K, D }: HeadShape) {
  for (let n = 0; n < N; n++)
    for (let h = 0; h < H + K; h++)
      yield {
        n,
        h,
        i: n * (H + K) + h,
        at: (n * (H + 2 * K) + h) * D,
        side: h < H ? 0 : D,
        weight: slice(w, h < H ? 0 : D, D),
      };
}

/** q (N,H,D), k (N,K,D) and rstd (N,H+K). */
export function qkNormRope(b: Inputs, p: HeadShape & { eps: number }) {
  const { N, H, K, D, eps } = p;
  const [q, k, rstd] = [new Float64Array(N * H * D), new Float64Array(N * K * D), new Float64Array(N * (H + K))];
  for (const { n, h, i, at, weight } of heads(b, p)) {
    const normed = rmsNorm(slice(b.qkv, at, D), weight, { N: 1, C: D, eps });
    const turned = turn(normed.y, b.rope, b.positions[n] * D);
    rstd[i] = normed.rstd[0];
    if (h < H) q.set(turned, (n * H + h) * D);
    else k.set(turned, (n * K + h - H) * D);
  }
  return { q, k, rstd };
}

/** dQkv of the raw heads and dw (2,D), from dQkv of the turned ones; value heads pass through. */
export function qkNormRopeBackward(b: Inputs & { rstd: ArrayLike<number>; dQkv: ArrayLike<number> }, p: HeadShape) {
  const { D } = p;
  const [dQkv, dw] = [Float64Array.from(b.dQkv), new Float64Array(2 * D)];
  for (const { n, i, at, side, weight } of heads(b, p)) {
    const dy = turn(slice(b.dQkv, at, D), b.rope, b.positions[n] * D, -1);
    const own = rmsNormBackward({ x: slice(b.qkv, at, D), w: weight, rstd: [b.rstd[i]], dy }, { N: 1, C: D });
    dQkv.set(own.dx, at);
    own.dw.forEach((v, d) => {
      dw[side + d] += v;
    });
  }
  return { dQkv, dw };
}
