/** Products in float64, in the three layouts of `MatmulCall`. */
import type { MatmulCall } from './call';

/** NT: a (M,K) · b (N,K)ᵀ; NN: a (M,K) · b (K,N); TN: a (K,M)ᵀ · b (K,N). */
export function product(
  layout: MatmulCall['layout'],
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  { M, N, K }: { M: number; N: number; K: number },
): Float64Array {
  const c = new Float64Array(M * N);
  const [am, ak] = layout === 'TN' ? [1, M] : [K, 1];
  const [bk, bn] = layout === 'NT' ? [1, K] : [N, 1];
  for (let m = 0; m < M; m++)
    for (let n = 0; n < N; n++) {
      let sum = 0;
      for (let k = 0; k < K; k++) sum += a[m * am + k * ak] * b[k * bk + n * bn];
      c[m * N + n] = sum;
    }
  return c;
}
