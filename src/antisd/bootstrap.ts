/**
 * Percentile bootstrap (Efron 1979): a statistic of items that were drawn anew, with replacement, again and again, and
 * the middle 95 % of what it came to. Seeded, so that the same runs give the same interval in every browser and in Node.
 */
import { Random, STREAMS } from '../data/random';

export interface Interval {
  readonly low: number;
  readonly high: number;
}
export interface Estimate extends Interval {
  readonly value: number;
}

const RESAMPLES = 1000;
const LEVEL = 0.95;

/** The q-quantile of ascending numbers, between two of them as NumPy's `linear` has it; an endless end is taken as it is. */
export function quantile(ascending: ArrayLike<number>, q: number): number {
  const at = q * (ascending.length - 1);
  const [below, above] = [ascending[Math.floor(at)], ascending[Math.ceil(at)]];
  const part = at - Math.floor(at);
  if (part === 0 || below === above) return below;
  return Number.isFinite(below) && Number.isFinite(above) ? below + part * (above - below) : q < 0.5 ? below : above;
}

/** The middle `level` of what a statistic came to. */
export function percentileInterval(statistics: ArrayLike<number>, level = LEVEL): Interval {
  const sorted = Float64Array.from(statistics).sort();
  return { low: quantile(sorted, (1 - level) / 2), high: quantile(sorted, (1 + level) / 2) };
}

/** `n` items drawn from 0 … n − 1 with replacement: how often each was. */
function drawCounts(random: Random, n: number, counts = new Float64Array(n)): Float64Array {
  counts.fill(0);
  for (let i = 0; i < n; i++) counts[random.below(n)]++;
  return counts;
}

/**
 * What `statistic` came to in each of `resamples` draws: it is given how often each of `sizes[l]` items of a level was drawn.
 * One level: problems, or seeds. Two: seeds and problems, drawn apart, for all seeds answer the same problems.
 */
export function bootstrap(
  sizes: readonly number[],
  statistic: (counts: readonly Float64Array[]) => number,
  { resamples = RESAMPLES, seed = 0 } = {},
): Float64Array {
  const random = new Random(STREAMS.bootstrap, seed, ...sizes);
  const counts = sizes.map((n) => new Float64Array(n));
  return Float64Array.from({ length: resamples }, () => {
    for (const [level, n] of sizes.entries()) drawCounts(random, n, counts[level]);
    return statistic(counts);
  });
}

/** The mean of a table (rows: runs of different seeds, columns: problems) and its interval over rows and columns. */
export function meanEstimate(
  rows: readonly ArrayLike<number>[],
  options?: { resamples?: number; seed?: number },
): Estimate {
  const [R, C] = [rows.length, rows[0]?.length ?? 0];
  const weighted = ([byRow, byColumn]: readonly Float64Array[]): number => {
    let sum = 0;
    for (let r = 0; r < R; r++) {
      if (byRow[r] === 0) continue;
      let own = 0;
      const row = rows[r];
      for (let c = 0; c < C; c++) own += byColumn[c] * row[c];
      sum += byRow[r] * own;
    }
    return sum / (R * C);
  };
  const value = weighted([new Float64Array(R).fill(1), new Float64Array(C).fill(1)]);
  return { value, ...percentileInterval(bootstrap([R, C], weighted, options)) };
}
