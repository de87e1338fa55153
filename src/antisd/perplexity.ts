/** The teacher's perplexity of what the student wrote, and what the released code makes of it. */
import { mean, median } from './statistics';

/** Teacher perplexities above this say that the text is not the teacher's: no λ, no part in the gate (released code). */
export const LARGEST_PERPLEXITY = 3;
/** A perplexity below this is as good as certainty (released code). */
export const LEAST_PERPLEXITY = 1.01;

/** exp(−mean t) of a sequence. */
export const perplexityOf = (t: ArrayLike<number>): number => Math.exp(-mean(t));

/** What the released code's λ is measured against: max(0.93 · median of the warm-up's batch perplexities, 1.01). */
export const perplexityTarget = (warmUp: readonly number[]): number =>
  Math.max(0.93 * median(warmUp), LEAST_PERPLEXITY);

/**
 * The released code's λ of a sequence: clamp(0.2 ln(ppl_T / target), 0, 0.5), the ratio clipped to [0.5, 3]; 0 where
 * ppl_T > 3.
 */
export function perplexityLambda(t: ArrayLike<number>, target: number): number {
  const perplexity = perplexityOf(t);
  if (perplexity > LARGEST_PERPLEXITY) return 0;
  const ratio = Math.min(3, Math.max(0.5, perplexity / target));
  return Math.min(0.5, Math.max(0, 0.2 * Math.log(ratio)));
}
