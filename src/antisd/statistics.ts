/** Sums, means and medians, added up in order: of an empty list 0. */
export function sum(x: ArrayLike<number>): number {
  let all = 0;
  for (let i = 0; i < x.length; i++) all += x[i];
  return all;
}

export const mean = (x: ArrayLike<number>): number => (x.length > 0 ? sum(x) / x.length : 0);

/** The largest and the least value of a list of any length, which Math.max and Math.min cannot take. */
export const largest = (x: Iterable<number>): number => extreme(x, Math.max, Number.NEGATIVE_INFINITY);
export const least = (x: Iterable<number>): number => extreme(x, Math.min, Number.POSITIVE_INFINITY);

function extreme(x: Iterable<number>, of: (a: number, b: number) => number, none: number): number {
  let found = none;
  for (const value of x) found = of(found, value);
  return found;
}

/** The middle value; of an even number, the mean of the two in the middle. */
export function median(x: ArrayLike<number>): number {
  if (x.length === 0) return 0;
  const sorted = Float64Array.from(x).sort();
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

/** Population standard deviation. */
export function deviation(x: ArrayLike<number>): number {
  const m = mean(x);
  let squares = 0;
  for (let i = 0; i < x.length; i++) squares += (x[i] - m) ** 2;
  return x.length > 0 ? Math.sqrt(squares / x.length) : 0;
}

/** The sample's standard deviation (n − 1); 0 of fewer than two. */
export const sampleDeviation = (x: ArrayLike<number>): number =>
  x.length > 1 ? deviation(x) * Math.sqrt(x.length / (x.length - 1)) : 0;
