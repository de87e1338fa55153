/** Measures against exact enumeration, and their intervals against scipy's (test/fixtures/make_bootstrap.py). */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { bootstrap, meanEstimate, percentileInterval, quantile } from '../../src/antisd/bootstrap';
import {
  answerEntropy,
  distinctN,
  diversityOf,
  meanPairwiseEdit,
  passAtK,
  TokenTable,
} from '../../src/antisd/measures';
import { medianReach, type Pair, type Reach, reachOf, speedUp } from '../../src/antisd/reach';
import { isDeliberation } from '../../src/data/deliberation';

/** All k-subsets of 0 … n − 1, as bits. */
const subsets = (n: number, k: number): number[] =>
  Array.from({ length: 2 ** n }, (_, bits) => bits).filter((bits) => bits.toString(2).replaceAll('0', '').length === k);

it('pass@k is the share of k-subsets with a right answer, for every n up to 9', () => {
  for (let n = 1; n <= 9; n++)
    for (let c = 0; c <= n; c++)
      for (let k = 1; k <= n; k++) {
        const all = subsets(n, k);
        const share = all.filter((bits) => bits & (2 ** c - 1)).length / all.length;
        expect(passAtK(n, c, k), `n ${n}, c ${c}, k ${k}`).toBeCloseTo(share, 12);
      }
  expect(() => passAtK(2, 1, 3)).toThrow(/at least 3 samples/);
});

describe('the bootstrap', () => {
  const { cases } = JSON.parse(readFileSync(new URL('../fixtures/bootstrap.json', import.meta.url), 'utf8')) as {
    cases: { name: string; x: number[]; draws: number[][]; interval: number[]; many: number[] }[];
  };

  it.each(cases)('of $name has scipy’s interval on scipy’s draws', ({ x, draws, interval }) => {
    const { low, high } = percentileInterval(draws.map((draw) => draw.reduce((sum, i) => sum + x[i], 0) / x.length));
    expect(low).toBeCloseTo(interval[0], 12);
    expect(high).toBeCloseTo(interval[1], 12);
  });

  it.each(cases)('of $name comes to scipy’s interval of 200,000 draws on draws of its own', ({ x, many }) => {
    const { value, low, high } = meanEstimate([x], { resamples: 20_000 });
    expect(value).toBeCloseTo(x.reduce((a, b) => a + b) / x.length, 12);
    const step = 20 / 5 / (x.length === 5 ? 1 : 128); // means lie on a grid: at most one place off
    expect(Math.abs(low - many[0])).toBeLessThanOrEqual(step + 1e-9);
    expect(Math.abs(high - many[1])).toBeLessThanOrEqual(step + 1e-9);
  });

  it('draws seeds and problems apart: the variance of the mean is that of both', () => {
    const rows = [Array(50).fill(0), Array(50).fill(1)]; // all between seeds, none between problems
    expect(meanEstimate(rows)).toMatchObject({ value: 0.5, low: 0, high: 1 });
    const one = Array.from({ length: 50 }, (_, i) => i % 2);
    const { low, high } = meanEstimate([one, one]); // none between seeds
    const deviation = Math.sqrt(0.25 / 50);
    expect(high - low).toBeGreaterThan(3 * deviation);
    expect(high - low).toBeLessThan(5 * deviation);
  });

  it('is the same each time, and endless values pass through', () => {
    const first = ([counts]: readonly Float64Array[]): number => counts[0];
    expect(bootstrap([5], first, { resamples: 20 })).toEqual(bootstrap([5], first, { resamples: 20 }));
    expect(bootstrap([5], first, { resamples: 20 })).not.toEqual(bootstrap([5], first, { resamples: 20, seed: 1 }));
    expect(quantile([0, 1, Number.POSITIVE_INFINITY], 0.975)).toBe(Number.POSITIVE_INFINITY);
    expect(quantile([0, 1, Number.POSITIVE_INFINITY], 0.25)).toBe(0.5);
  });
});

describe('steps to an accuracy', () => {
  const curve = (...accuracies: number[]) => accuracies.map((accuracy, i) => ({ at: 20 * i, accuracy }));
  const at = (at: number, censored = false): Reach => ({ at, censored });

  it('are those of the first evaluation there, or more than the run had', () => {
    expect(reachOf(curve(0.1, 0.6, 0.4, 0.9), 0.5)).toEqual(at(20));
    expect(reachOf(curve(0.1, 0.2), 0.5)).toEqual(at(20, true));
    expect(reachOf([], 0.5)).toBeNull();
  });

  it('have a median that counts those that ended before', () => {
    expect(medianReach([at(60), at(80), at(100)])).toEqual(at(80));
    expect(medianReach([at(60), at(80), at(100), at(120)])).toEqual(at(80));
    expect(medianReach([at(60), at(120, true), at(100)])).toEqual(at(100));
    expect(medianReach([at(60), at(120, true), at(120, true)])).toEqual(at(120, true));
    // Ended early, it says little: half of the other two.
    expect(medianReach([at(10, true), at(80), at(100)])).toEqual(at(80));
    // The textbook's: of 6, 6, 6, 6+, 7, 9+, 10, 10+, 11+, 13, 16 … weeks (Freireich 1963) the median is 23.
    const freireich = '6 6 6 6+ 7 9+ 10 10+ 11+ 13 16 17+ 19+ 20+ 22 23 25+ 32+ 32+ 34+ 35+'.split(' ');
    expect(medianReach(freireich.map((t) => at(Number.parseInt(t, 10), t.endsWith('+'))))).toEqual(at(23));
  });

  it('make a speed-up with an interval over seeds', () => {
    const pairs = (...of: [run: Reach, baseline: Reach][]): Pair[] => of.map(([run, baseline]) => ({ run, baseline }));
    const same = pairs([at(60), at(120)], [at(60), at(120)], [at(60), at(120)]);
    expect(speedUp(same)).toEqual({ value: 2, bound: 'exact', pairs: 3, low: 2, high: 2 });
    const spread = speedUp(pairs([at(60), at(120)], [at(80), at(120)], [at(120), at(120)]));
    expect(spread).toEqual({ value: 1.5, bound: 'exact', pairs: 3, low: 1, high: 2 });
  });

  it('keep runs that never got there in the speed-up and in its interval', () => {
    const of = (...runs: Reach[]) => speedUp(runs.map((run) => ({ run, baseline: at(120) })));
    expect(of(at(200, true), at(200, true), at(60))).toMatchObject({ value: 0.6, bound: 'at most', low: 0, high: 2 });
    expect(of(at(60), at(60), at(200, true))).toMatchObject({ value: 2, bound: 'exact', low: 0, high: 2 });
    expect(speedUp([{ run: at(60), baseline: at(120, true) }])).toMatchObject({ value: 2, bound: 'at least' });
    expect(speedUp([{ run: at(60, true), baseline: at(120, true) }])).toBeNull();
    expect(speedUp([])).toBeNull();
  });
});

describe('diversity', () => {
  it('counts pairs, edits and answers', () => {
    expect(distinctN([[1, 2, 1, 2]], 2)).toBeCloseTo(2 / 3, 12);
    const three = [[1, 2, 3], [1, 3], [1, 2, 3]]; // biome-ignore format: a group
    expect(meanPairwiseEdit(three)).toBeCloseTo(2 / 3, 12);
    expect(answerEntropy(['a', 'b'])).toBeCloseTo(Math.LN2, 12);
    const group = three.map((ids, i) => ({ ids, answer: i === 0 ? null : 'a' }));
    const same = three.map(() => ({ ids: [7, 8], answer: 'b' }));
    const { answerEntropy: H, distinct2, editDistance } = diversityOf([group, same]);
    expect(H).toBeCloseTo(answerEntropy([null, 'a', 'a']) / 2, 12);
    expect(distinct2).toBeCloseTo((3 / 5 + 1 / 3) / 2, 12);
    expect(editDistance).toBeCloseTo(1 / 3, 12);
  });

  it('looks no further than it says', () => {
    const long = Array.from({ length: 300 }, (_, i) => i);
    const other = long.map((id) => (id < 256 ? id : -id));
    expect(diversityOf([[long, other].map((ids) => ({ ids, answer: null }))]).editDistance).toBe(0);
  });

  it('knows words of second thoughts as tokens have them', () => {
    expect(['Wait', ' wait,', 'Let’s', '\nCheck'].map(isDeliberation)).toEqual([true, true, true, true]);
    expect(['So', '42', '', 'waiter'].map(isDeliberation)).toEqual([false, false, false, false]);
  });
});

it('the token table counts a token after "no" apart and sorts by mean u', () => {
  const table = new TokenTable();
  table.add(['no', 'Wait', 'yes', 'So'], { u: [0, -2, 0, 0.5], term: [0, 0.2, 0, 0], advantage: [0, 0.3, 0, 0.1] });
  table.add(['no', 'So'], { u: [0, 1], term: [0, -0.1], advantage: [0, -0.1] });
  expect(table.list().map((r) => [r.token, r.count, r.meanU])).toEqual([
    ['no So', 1, 1],
    ['So', 1, 0.5],
    ['no', 2, 0],
    ['yes', 1, 0],
    ['no Wait', 1, -2],
  ]);
  expect(table.list().reduce((sum, r) => sum + r.share, 0)).toBeCloseTo(1, 12);
});
