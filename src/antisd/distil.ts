/**
 * Distillation: the student is drawn to its teacher's distributions, as TRL 1.13 does it (trl.experimental.sdpo; SDPO,
 * arXiv 2601.20802; OPSD, arXiv 2601.18734). Loss += weight Σ a_t min(ρ_t, clip) D_t over the rollouts whose teacher is shown
 * a solution, ρ = exp(s − s_old) without gradient. D is taken of
 *   the vocabulary, or the student's K likeliest tokens, renormalised or with one bucket for the rest: α = 0 is KL(T‖S), 1 is
 *   KL(S‖T), between them the generalised Jensen–Shannon divergence (kernels/divergence);
 *   the sampled token: D = (s − t) s, s − t without gradient, whose gradient is that of KL(S‖T) on average.
 */

import type { PlannedBatch } from '../model/net/batch';
import type { Lesson, Policy } from '../model/net/policy';
import type { Scores } from '../model/net/scores';
import { mean, sum } from './statistics';

/** Of what a token's divergence is taken. */
export const DISTIL_OVER = ['sampled', 'top-k', 'vocabulary'] as const;
export type DistilOver = (typeof DISTIL_OVER)[number];

/** Whose weights the teacher has: the student's as they stand, a moving average of them, or those that the run began with. */
export const TEACHERS = ['live', 'ema', 'base'] as const;
export type TeacherKind = (typeof TEACHERS)[number];

export interface Distil {
  over: DistilOver;
  alpha: number;
  /** Of 'top-k': how many, and whether the rest is a bucket of its own. */
  K: number;
  rest: boolean;
  teacher: TeacherKind;
  /** Of 'ema': how far the teacher follows in an update. */
  rate: number;
  /** Loss = (1 − weight) · the reward's + weight · the distillation's. */
  weight: number;
  /** Largest importance ratio; 0: none is taken. */
  clip: number;
}

/** What the scores have of a step's distillation. */
export interface Taught {
  teacher: Scores;
  /** The teacher's scores anew: its weights move with every update. */
  look: () => Promise<Scores>;
  /** 1 where the rollout's teacher was shown a solution, else 0. */
  shown: readonly number[];
}

/** (s − s_old) is kept within this before it is exponentiated (TRL). */
const LARGEST_LOG_RATIO = 20;

/** Of every token: a_t, s now and when it was sampled, and dLoss/ds of the rest of the loss; offsets: first of each rollout. */
interface Tokens {
  weights: ArrayLike<number>;
  s: ArrayLike<number>;
  sOld: ArrayLike<number>;
  offsets: ArrayLike<number>;
  gradient: Float32Array<ArrayBuffer>;
}

/** b_t = weight a_t min(ρ_t, clip) of every token, 0 where nothing is shown. */
export function distilWeights(
  { weight, clip }: Pick<Distil, 'weight' | 'clip'>,
  { weights, s, sOld, offsets }: Omit<Tokens, 'gradient'>,
  shown: readonly number[],
): Float32Array<ArrayBuffer> {
  const b = new Float32Array(s.length);
  for (const [i, isShown] of shown.entries())
    for (let n = offsets[i]; n < offsets[i + 1]; n++) {
      const log = Math.min(LARGEST_LOG_RATIO, Math.max(-LARGEST_LOG_RATIO, s[n] - sOld[n]));
      b[n] = isShown * weight * weights[n] * (clip > 0 ? Math.min(clip, Math.exp(log)) : 1);
    }
  return b;
}

/** Adds dLoss/ds of the sampled tokens' divergence, b (s − t), to the gradient; gives (s − t) s of each. */
export function distilSampled(
  { gradient, s }: Pick<Tokens, 'gradient' | 's'>,
  b: ArrayLike<number>,
  t: ArrayLike<number>,
): Float32Array<ArrayBuffer> {
  for (let n = 0; n < b.length; n++) gradient[n] += b[n] * (s[n] - t[n]);
  return Float32Array.from(b, (_, n) => (s[n] - t[n]) * s[n]);
}

/** Adds the gradients of both parts of the loss on the batch; gives the distillation's loss, and the mean of D, nats a token. */
export async function accumulateDistilled(
  policy: Policy,
  batch: PlannedBatch,
  tokens: Tokens,
  { teacher, shown }: Pick<Taught, 'teacher' | 'shown'>,
  distil: Distil,
): Promise<{ loss: number; divergence: number }> {
  const b = distilWeights(distil, tokens, shown);
  const { hidden } = teacher;
  let D: Float32Array;
  if (hidden) D = await policy.distil(batch, tokens.gradient, { ...comparison(distil), hidden, b });
  else {
    D = distilSampled(tokens, b, teacher.logprob);
    policy.accumulate(batch, tokens.gradient);
  }
  return { loss: sum(Float64Array.from(D, (d, n) => b[n] * d)), divergence: mean(D) };
}

/** How the kernels compare distributions. */
const comparison = ({ over, alpha, K, rest }: Distil): Omit<Lesson, 'hidden' | 'b'> => {
  if (over === 'vocabulary') return { support: 'vocabulary', alpha, K: 1 };
  return { support: rest ? 'top-k-and-rest' : 'top-k', alpha, K };
};
