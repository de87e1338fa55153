/**
 * The objective: Loss = −Σ a_t min(ρ_t Â_t, clip(ρ_t, 1 ± ε) Â_t) + β Σ a_t k3_t, with ρ = exp(s − s_old), the aggregation
 * weights a_t, and Schulman's k3 = e^d − d − 1, d = log π_ref − s. Its gradient reaches the model as dLoss/ds per token.
 */

export const AGGREGATIONS = ['token-mean', 'sequence-mean', 'dr-grpo'] as const;
export type Aggregation = (typeof AGGREGATIONS)[number];

/**
 * a_t of every token, rollout after rollout: 1/tokens of the batch (token-mean), 1/(rollouts · own length)
 * (sequence-mean), or 1/(rollouts · maxNewTokens) (Dr. GRPO's constant).
 */
export function aggregationWeights(lengths: readonly number[], how: Aggregation, maxNewTokens: number): Float64Array {
  const total = lengths.reduce((a, b) => a + b, 0);
  const weights = new Float64Array(total);
  let at = 0;
  for (const length of lengths) {
    const w =
      how === 'token-mean'
        ? 1 / total
        : how === 'sequence-mean'
          ? 1 / (lengths.length * length)
          : 1 / (lengths.length * maxNewTokens);
    weights.fill(w, at, at + length);
    at += length;
  }
  return weights;
}

export interface ObjectiveInput {
  advantage: ArrayLike<number>;
  s: ArrayLike<number>; // log-probabilities now
  sOld: ArrayLike<number>; // when the tokens were sampled
  sRef: ArrayLike<number> | null; // of the frozen reference; null without the KL term
  weights: ArrayLike<number>; // a_t
  clipEpsilon: number;
  klCoefficient: number;
}

export interface Objective {
  /** dLoss/ds per token. */
  gradient: Float32Array<ArrayBuffer>;
  loss: number;
  /** Share of tokens whose ratio was clipped. */
  clipFraction: number;
  /** Mean k3 in nats a token; null without the KL term. */
  kl: number | null;
}

export function policyObjective(o: ObjectiveInput): Objective {
  const n = o.s.length;
  const gradient = new Float32Array(n);
  let loss = 0;
  let clipped = 0;
  let kl = 0;
  for (let i = 0; i < n; i++) {
    const ratio = Math.exp(o.s[i] - o.sOld[i]);
    const A = o.advantage[i];
    const bounded = Math.min(1 + o.clipEpsilon, Math.max(1 - o.clipEpsilon, ratio));
    const isClipped = bounded * A < ratio * A;
    if (isClipped) clipped += 1;
    loss -= o.weights[i] * (isClipped ? bounded : ratio) * A;
    let g = isClipped ? 0 : -o.weights[i] * ratio * A;
    if (o.sRef) {
      const d = o.sRef[i] - o.s[i];
      const k3 = Math.expm1(d) - d;
      kl += k3;
      loss += o.klCoefficient * o.weights[i] * k3;
      g -= o.klCoefficient * o.weights[i] * Math.expm1(d); // d k3 / d s = 1 − e^d
    }
    gradient[i] = g;
  }
  return { gradient, loss, clipFraction: n > 0 ? clipped / n : 0, kl: o.sRef ? kl / Math.max(1, n) : null };
}
