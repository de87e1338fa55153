/** Advantages: of a rollout within its group (GRPO), and of each token by the method. */
import type { Method } from './arms';
import { deviation, mean } from './statistics';

const EPSILON = 1e-6;
/** Standardised terms are clipped to this (released code). */
const STANDARD_CLIP = 5;

/** A_i = (r_i − mean) / (std + ε) over one group; without the std it is Dr. GRPO's. Equal rewards give exact zeros. */
export function groupAdvantages(rewards: readonly number[], divideByStd: boolean): number[] {
  if (rewards.every((r) => r === rewards[0])) return rewards.map(() => 0);
  const m = mean(rewards);
  const scale = divideByStd ? 1 / (deviation(rewards) + EPSILON) : 1;
  return rewards.map((r) => (r - m) * scale);
}

/** What the term needs to know of one rollout. */
export interface RolloutSignals {
  s: Float32Array; // student's log-probabilities, nats
  t: Float32Array; // teacher's
  reward: number;
  groupAdvantage: number;
}

/** Per-token columns of one rollout. */
export interface TokenAdvantages {
  u: Float32Array<ArrayBuffer>; // t − s
  phi: Float32Array<ArrayBuffer>; // δ of the masked and clamped u
  term: Float32Array<ArrayBuffer>; // what the method adds
  advantage: Float32Array<ArrayBuffer>; // what trains the model
  masked: number; // tokens whose u was masked
}

/** The released code's λ of a sequence: clamp(0.2 ln(ppl_T / target), 0, 0.5), the ratio clipped to [0.5, 3]; target = 1 (choice). */
export function perplexityLambda(t: ArrayLike<number>): number {
  const ratio = Math.min(3, Math.max(0.5, Math.exp(-mean(t))));
  return Math.min(0.5, Math.max(0, 0.2 * Math.log(ratio)));
}

/** |u| beyond this counts as 0, nats: the smaller of the method's two masks, infinite where it has none. */
function maskOf(method: Method, sigmaRef: number | null): number {
  const sigma = method.maskSigma > 0 && sigmaRef !== null ? method.maskSigma * sigmaRef : Number.POSITIVE_INFINITY;
  return Math.min(method.maskNats > 0 ? method.maskNats : Number.POSITIVE_INFINITY, sigma);
}

/** λ of one rollout: the step's, or by the teacher's perplexity where the method says so; 0 where the term does not act. */
export function lambdaOf(r: Pick<RolloutSignals, 't' | 'reward'>, method: Method, lambda: number): number {
  if (!(lambda > 0) || method.sign === 0 || (method.correctOnly && r.reward !== 1)) return 0;
  return method.lambdaFrom === 'perplexity' ? perplexityLambda(r.t) : lambda;
}

/** Token advantages of every rollout of a step, in float64 on the host: its columns are read back for display anyway. */
export const computeAdvantages = (
  rollouts: readonly RolloutSignals[],
  method: Method,
  lambda: number,
  sigmaRef: number | null,
): TokenAdvantages[] => rollouts.map((r) => tokenAdvantages(r, method, lambda, sigmaRef));

/**
 * Token advantages of one rollout. `lambda` is the step's λ after schedule and gate (0 where the gate is closed or warming
 * up); with λ = 0 the advantage is the group's, to the bit. `sigmaRef` is the reference deviation of u, null before it is known.
 */
export function tokenAdvantages(
  r: RolloutSignals,
  method: Method,
  lambda: number,
  sigmaRef: number | null,
): TokenAdvantages {
  const n = r.s.length;
  const u = new Float32Array(n);
  const phi = new Float32Array(n);
  const term = new Float32Array(n);
  const advantage = new Float32Array(n);
  const mask = maskOf(method, sigmaRef);
  const bound = method.clampNats > 0 ? method.clampNats : Number.POSITIVE_INFINITY;
  let masked = 0;
  for (let i = 0; i < n; i++) {
    u[i] = r.t[i] - r.s[i];
    const out = Math.abs(u[i]) > mask;
    if (out) masked += 1;
    phi[i] = method.divergence.delta(out ? 0 : Math.min(bound, Math.max(-bound, u[i])));
  }
  const own = lambdaOf(r, method, lambda);
  const shaped = own > 0 ? shape(phi, method) : null;
  const base = method.base === 'reward' ? r.groupAdvantage : 0;
  for (let i = 0; i < n; i++) {
    let added = shaped ? own * shaped[i] : 0;
    if (method.combine === 'multiply') added *= base;
    if (method.entropyBeta > 0) added -= method.entropyBeta * r.s[i];
    term[i] = added;
    advantage[i] = added === 0 ? base : base + added; // −0 + 0 would lose its sign
  }
  return { u, phi, term, advantage, masked };
}

/** sign · φ, standardised within the sequence where the method says so. */
function shape(phi: Float32Array, method: Method): Float64Array {
  const a = Float64Array.from(phi, (x) => method.sign * x);
  if (!method.standardise) return a;
  const m = mean(a);
  const d = deviation(a);
  return a.map((x) => (d > 0 ? Math.min(STANDARD_CLIP, Math.max(-STANDARD_CLIP, (x - m) / d)) : 0));
}
