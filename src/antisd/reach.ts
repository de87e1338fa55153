/**
 * How soon a run reaches an accuracy, and how much sooner than another: "steps-to-accuracy" of method.md. A run that ended
 * before it got there is right-censored: it is known to need more than what it had, and is never left out.
 */
import { bootstrap, type Interval, percentileInterval } from './bootstrap';

/** Where a run was on an axis (steps, tokens, seconds) when it was measured. */
export interface Measured {
  readonly at: number;
  readonly accuracy: number;
}

/** censored: it was not reached until `at`, where the run ended. */
export interface Reach {
  readonly at: number;
  readonly censored: boolean;
}

/** The first evaluation at which the goal is reached; null where nothing was measured. Points ascend; nothing is smoothed. */
export function reachOf(points: readonly Measured[], goal: number): Reach | null {
  const there = points.find(({ accuracy }) => accuracy >= goal);
  const last = points.at(-1);
  if (!last) return null;
  return there ? { at: there.at, censored: false } : { at: last.at, censored: true };
}

/**
 * The median of runs of which some are censored, by Kaplan and Meier (1958): the first time by which half of them got
 * there, where those that ended before count as long as they ran. Of an even number the lower one. Censored where half of them never did.
 */
export function medianReach(runs: readonly Reach[]): Reach {
  // At the same place, those that got there come first.
  const sorted = runs.toSorted((a, b) => a.at - b.at || Number(a.censored) - Number(b.censored));
  let staying = 1;
  for (const [i, { at, censored }] of sorted.entries()) {
    if (censored) continue;
    staying *= 1 - 1 / (sorted.length - i);
    if (staying <= 0.5 + 1e-12) return { at, censored: false };
  }
  return { at: sorted.at(-1)?.at ?? Number.NaN, censored: true };
}

/** How many times sooner than its baseline, by the medians. */
export interface SpeedUp extends Interval {
  readonly value: number;
  /** Of one pair there is no interval to speak of: both ends are its value. */
  readonly pairs: number;
  /** at most: half of the runs did not get there; at least: half of the baseline's did not. 0 and ∞ stand for them in the interval. */
  readonly bound: 'exact' | 'at most' | 'at least';
}

/** What is compared with what. */
export interface Pair {
  readonly run: Reach;
  readonly baseline: Reach;
}

/** Over pairs of the same seed, the interval over seeds; null without a pair, or where neither side got there. */
export function speedUp(pairs: readonly Pair[]): SpeedUp | null {
  const all = ratioOf(pairs);
  if (!all) return null;
  const draws = bootstrap([pairs.length], ([counts]) => {
    const drawn = pairs.flatMap((pair, i) => Array.from({ length: counts[i] }, () => pair));
    const ratio = ratioOf(drawn);
    if (!ratio) return Number.NaN;
    return ratio.bound === 'exact' ? ratio.value : ratio.bound === 'at most' ? 0 : Number.POSITIVE_INFINITY;
  }).filter((x) => !Number.isNaN(x));
  return { ...all, pairs: pairs.length, ...percentileInterval(draws) };
}

function ratioOf(pairs: readonly Pair[]): Pick<SpeedUp, 'value' | 'bound'> | null {
  const run = medianReach(pairs.map((pair) => pair.run));
  const baseline = medianReach(pairs.map((pair) => pair.baseline));
  const value = baseline.at / run.at;
  if (!Number.isFinite(value) || (run.censored && baseline.censored)) return null; // at 0 there is nothing to speed up
  return { value, bound: run.censored ? 'at most' : baseline.censored ? 'at least' : 'exact' };
}
