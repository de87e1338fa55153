/** Advantages: of a rollout within its group (GRPO), and of each token by the method. */
import type { Method } from './arms';
import { rowsOf, type SignalRow, type TokenSignals } from './signals';
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

/** What the method is told of a rollout besides its columns. */
export interface Rewarded {
  reward: number;
  groupAdvantage: number;
}

/** The released code's λ of a sequence: clamp(0.2 ln(ppl_T / target), 0, 0.5), the ratio clipped to [0.5, 3]; target = 1 (choice). */
export function perplexityLambda(t: ArrayLike<number>): number {
  const ratio = Math.min(3, Math.max(0.5, Math.exp(-mean(t))));
  return Math.min(0.5, Math.max(0, 0.2 * Math.log(ratio)));
}

/** |u| beyond this counts as 0, nats: the smaller of the method's two masks, infinite where it has none. */
export function maskOf(method: Method, sigmaRef: number | null): number {
  const sigma = method.maskSigma > 0 && sigmaRef !== null ? method.maskSigma * sigmaRef : Number.POSITIVE_INFINITY;
  return Math.min(method.maskNats > 0 ? method.maskNats : Number.POSITIVE_INFINITY, sigma);
}

/** λ of one rollout: the step's, or by the teacher's perplexity where the method says so; 0 where the term does not act. */
export function lambdaOf(t: ArrayLike<number>, reward: number, method: Method, lambda: number): number {
  if (!(lambda > 0) || method.sign === 0 || (method.correctOnly && reward !== 1)) return 0;
  return method.lambdaFrom === 'perplexity' ? perplexityLambda(t) : lambda;
}

/** Fills u, φ, term and advantage of every rollout; gives each one's λ, and how many tokens were masked. */
export function computeAdvantages(
  signals: TokenSignals,
  rewarded: readonly Rewarded[],
  method: Method,
  lambda: number,
  sigmaRef: number | null,
): { lambdas: number[]; masked: number } {
  const rows = rowsOf(signals);
  const lambdas = rows.map(({ t }, i) => lambdaOf(t, rewarded[i].reward, method, lambda));
  const masked = rows.map((row, i) => tokenAdvantages(row, rewarded[i], method, lambda, sigmaRef));
  return { lambdas, masked: masked.reduce((a, b) => a + b, 0) };
}

/**
 * Fills u, φ, term and advantage of one rollout from its s and t; gives how many tokens were masked. `lambda` is the
 * step's λ after schedule and gate (0 where the gate is closed or warming up); with λ = 0 the advantage is the group's, to
 * the bit. `sigmaRef` is the reference deviation of u, null before it is known.
 */
export function tokenAdvantages(
  row: SignalRow,
  { reward, groupAdvantage }: Rewarded,
  method: Method,
  lambda: number,
  sigmaRef: number | null,
): number {
  const { s, t, u, phi, term, advantage } = row;
  const mask = maskOf(method, sigmaRef);
  const bound = method.clampNats > 0 ? method.clampNats : Number.POSITIVE_INFINITY;
  let masked = 0;
  for (let i = 0; i < s.length; i++) {
    u[i] = t[i] - s[i];
    const out = Math.abs(u[i]) > mask;
    if (out) masked += 1;
    phi[i] = method.divergence.delta(out ? 0 : Math.min(bound, Math.max(-bound, u[i])));
  }
  const own = lambdaOf(t, reward, method, lambda);
  const shaped = own > 0 ? shape(phi, method) : null;
  const base = method.base === 'reward' ? groupAdvantage : 0;
  for (let i = 0; i < s.length; i++) {
    let added = shaped ? own * shaped[i] : 0;
    if (method.combine === 'multiply') added *= base;
    if (method.entropyBeta > 0) added -= method.entropyBeta * s[i];
    term[i] = added;
    advantage[i] = added === 0 ? base : base + added; // −0 + 0 would lose its sign
  }
  return masked;
}

/** sign · φ, standardised within the sequence where the method says so. */
function shape(phi: Float32Array, method: Method): Float64Array {
  const a = Float64Array.from(phi, (x) => method.sign * x);
  if (!method.standardise) return a;
  const m = mean(a);
  const d = deviation(a);
  return a.map((x) => (d > 0 ? Math.min(STANDARD_CLIP, Math.max(-STANDARD_CLIP, (x - m) / d)) : 0));
}
