/** Advantages: of a rollout within its group (GRPO), and of each token by the method. */
import type { Method } from './arms';
import { LEAST_PERPLEXITY, perplexityLambda } from './perplexity';
import { rowsOf, type SignalRow, type TokenSignals } from './signals';
import { deviation, mean, sampleDeviation } from './statistics';

/** Standardised terms are clipped to this (released code). */
const STANDARD_CLIP = 5;

/** Whose deviation a group's advantage is divided by, and the ε beside it: the sample's as TRL 1.13, the population's as older runs. */
export const GROUP_STDS = ['sample', 'population'] as const;
export type GroupStd = (typeof GROUP_STDS)[number];
const STD: Record<GroupStd, (rewards: readonly number[]) => number> = {
  sample: (rewards) => sampleDeviation(rewards) + 1e-4,
  population: (rewards) => deviation(rewards) + 1e-6,
};

/** A_i = (r_i − mean) / (std + ε) over one group; with null in the std's place, Dr. GRPO's. Equal rewards give exact zeros. */
export function groupAdvantages(rewards: readonly number[], std: GroupStd | null): number[] {
  if (rewards.every((r) => r === rewards[0])) return rewards.map(() => 0);
  const m = mean(rewards);
  const scale = std ? 1 / STD[std](rewards) : 1;
  return rewards.map((r) => (r - m) * scale);
}

/** What the method is told of a rollout besides its columns. */
export interface Rewarded {
  reward: number;
  groupAdvantage: number;
  /** Each token's advantage by the steps, of methods that reward those. */
  process?: ArrayLike<number>;
}

/** |u| beyond this counts as 0, nats: the smaller of the method's two masks, infinite where it has none. */
export function maskOf(method: Method, sigmaRef: number | null): number {
  const sigma = method.maskSigma > 0 && sigmaRef !== null ? method.maskSigma * sigmaRef : Number.POSITIVE_INFINITY;
  return Math.min(method.maskNats > 0 ? method.maskNats : Number.POSITIVE_INFINITY, sigma);
}

/** What the warm-up found: the mean deviation of u (null before it is known), and what λ_seq is measured against. */
export interface References {
  sigmaRef: number | null;
  target: number;
}

/** Before any warm-up. */
export const NO_REFERENCES: References = { sigmaRef: null, target: LEAST_PERPLEXITY };

/**
 * λ of one rollout: the step's, or by the teacher's perplexity where the method says so (a schedule scales that too); 0
 * where the term does not act, or the response is over the method's limit.
 */
export function lambdaOf(t: ArrayLike<number>, reward: number, method: Method, lambda: number, target: number): number {
  if (!(lambda > 0) || method.sign === 0 || (method.correctOnly && reward !== 1)) return 0;
  if (method.longest > 0 && t.length > method.longest) return 0;
  if (method.lambdaFrom === 'constant') return lambda;
  return (lambda / method.lambda) * perplexityLambda(t, target);
}

/** Fills u, φ, term and advantage of every rollout; gives each one's λ, and how many tokens were masked. */
export function computeAdvantages(
  signals: TokenSignals,
  rewarded: readonly Rewarded[],
  method: Method,
  lambda: number,
  references: References,
): { lambdas: number[]; masked: number } {
  const rows = rowsOf(signals);
  const lambdas = rows.map(({ t }, i) => lambdaOf(t, rewarded[i].reward, method, lambda, references.target));
  const masked = rows.map((row, i) => tokenAdvantages(row, rewarded[i], method, lambdas[i], references.sigmaRef));
  return { lambdas, masked: masked.reduce((a, b) => a + b, 0) };
}

/**
 * Fills u, φ, term and advantage of one rollout from its s and t; gives how many tokens were masked. `lambda` is the
 * rollout's own (0 where the gate is closed or warming up); with λ = 0 the advantage is the group's, to the bit.
 */
export function tokenAdvantages(
  row: SignalRow,
  { groupAdvantage, process }: Rewarded,
  method: Method,
  lambda: number,
  sigmaRef: number | null,
): number {
  const { s, t, w = t, u, phi, term, advantage } = row;
  const mask = maskOf(method, sigmaRef);
  const bound = method.clampNats > 0 ? method.clampNats : Number.POSITIVE_INFINITY;
  let masked = 0;
  for (let i = 0; i < s.length; i++) {
    u[i] = t[i] - s[i];
    const out = Math.abs(u[i]) > mask;
    if (out) masked += 1;
    const kept = out ? 0 : Math.min(bound, Math.max(-bound, u[i]));
    phi[i] = evidenceOf(kept, out ? 0 : t[i] - w[i], groupAdvantage, method);
  }
  const shaped = lambda > 0 ? shape(phi, method) : null;
  const reward = groupAdvantage * (1 - (method.distil?.weight ?? 0));
  const base = method.base === 'reward' ? reward : 0;
  for (let i = 0; i < s.length; i++) {
    let added = shaped ? lambda * shaped[i] : 0;
    if (method.threshold > 0 && Math.abs(added) <= method.threshold) added = 0;
    if (method.combine === 'multiply') added *= base;
    if (method.keepSign) added = base > 0 ? Math.max(-base, added) : base < 0 ? Math.min(-base, added) : 0;
    if (method.entropyBeta > 0) added -= method.entropyBeta * s[i];
    const own = process ? base + method.process * process[i] : base;
    term[i] = added;
    advantage[i] = added === 0 ? own : own + added; // −0 + 0 would lose its sign
  }
  return masked;
}

/**
 * φ of a token. Slope: δ(u). Ratio (RLSD, RLRT): clip((T/S)^(± sign A), 1 ± ε_w) − 1. Contrast (RLCSD): tanh((t − w)/τ), with
 * the style that any hint brings taken off: (t − s) − (w − s).
 */
function evidenceOf(u: number, contrast: number, A: number, { evidence, divergence, ...m }: Method): number {
  if (evidence === 'slope') return divergence.delta(u);
  if (evidence === 'contrast') return Math.tanh(contrast / m.tau);
  const ratio = Math.exp(m.sign * Math.sign(A) * u);
  return Math.min(1 + m.ratioClip, Math.max(1 - m.ratioClip, ratio)) - 1;
}

/** sign · φ (a ratio has its sign in the exponent), standardised within the sequence where the method says so. */
function shape(phi: Float32Array, method: Method): Float64Array {
  const sign = method.evidence === 'ratio' ? 1 : method.sign;
  const a = Float64Array.from(phi, (x) => sign * x);
  if (!method.standardise) return a;
  const m = mean(a);
  const d = deviation(a);
  return a.map((x) => (d > 0 ? Math.min(STANDARD_CLIP, Math.max(-STANDARD_CLIP, (x - m) / d)) : 0));
}
