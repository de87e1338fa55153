/** The language-model head's reductions in float64, over whole rows of logits. */

/** Of each row of z (N,V): log-probability of y[n], entropy, log-sum-exp; in nats. */
export function logprob(z: ArrayLike<number>, y: ArrayLike<number>, { N, V }: { N: number; V: number }) {
  const [logp, entropy, lse] = [new Float64Array(N), new Float64Array(N), new Float64Array(N)];
  for (let n = 0; n < N; n++) {
    let [top, sum, moment] = [Number.NEGATIVE_INFINITY, 0, 0];
    for (let v = 0; v < V; v++) top = Math.max(top, z[n * V + v]);
    for (let v = 0; v < V; v++) sum += Math.exp(z[n * V + v] - top);
    lse[n] = top + Math.log(sum);
    for (let v = 0; v < V; v++) moment += Math.exp(z[n * V + v] - lse[n]) * (lse[n] - z[n * V + v]);
    logp[n] = z[n * V + y[n]] - lse[n];
    entropy[n] = moment;
  }
  return { logp, entropy, lse };
}

/** dz (N,V) = gradient of Σ_n w[n] logp[n]. */
export function logprobBackward(
  b: { z: ArrayLike<number>; y: ArrayLike<number>; lse: ArrayLike<number>; w: ArrayLike<number> },
  { N, V }: { N: number; V: number },
): Float64Array {
  const dz = new Float64Array(N * V);
  for (let n = 0; n < N; n++)
    for (let v = 0; v < V; v++) dz[n * V + v] = b.w[n] * ((v === b.y[n] ? 1 : 0) - Math.exp(b.z[n * V + v] - b.lse[n]));
  return dz;
}

/** (N,K,2): the K largest (logit, column) of each row, the lower column first among equals. */
export function topK(z: ArrayLike<number>, { N, V, K }: { N: number; V: number; K: number }): number[] {
  return Array.from({ length: N }, (_, n) => {
    const at = (v: number) => z[n * V + v];
    const order = Array.from({ length: V }, (_, v) => v).sort((a, b) => at(b) - at(a) || a - b);
    return order.slice(0, K).flatMap((v) => [at(v), v]);
  }).flat();
}
