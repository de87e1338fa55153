import { expect, test } from 'vitest';
import { type Answer, benchmarkFigures, majorityAtK, majorityRight, samplesTo } from '../../src/antisd/benchmark';
import { passAtK } from '../../src/antisd/measures';

const sample = (answer: string | null, reward = 0, truncated = false): Answer => ({
  answer,
  reward,
  truncated,
  tokens: 5,
});
const right = (answer = '4') => sample(answer, 1);

test('the vote goes to the most frequent answer, however it is written; no answer is no vote, a draw is shared', () => {
  const cases: [samples: Answer[], share: number][] = [
    [[right(), right('\\frac{8}{2}'), sample('5'), sample('6')], 1],
    [[right(), sample('5'), sample('5.0'), sample('10/2')], 0],
    [[right(), sample('5'), sample(null), sample(null)], 0.5],
    [[right(), sample('5'), sample('6')], 1 / 3],
    [[sample(null), sample(null)], 0],
    [[sample('5')], 0],
  ];
  for (const [samples, share] of cases) expect(majorityRight(samples)).toBeCloseTo(share, 12);
  // maj@2 of four: two groups, one behind the other.
  expect(majorityAtK([right(), right(), sample('5'), sample('5')], 2)).toBe(0.5);
  expect(majorityAtK([right(), right(), sample('5')], 2)).toBe(1);
});

test('figures of a benchmark: each measure by hand, its interval over problems, and what was cut', () => {
  const answered = [
    { problem: 'a', samples: [right(), right(), right(), sample('5')] },
    { problem: 'b', samples: [right(), sample('5'), sample('5'), sample(null, 0, true)] },
    { problem: 'c', samples: [sample('1'), sample('2', 0, true), sample(null), sample(null, 0, true)] },
  ];
  const figures = benchmarkFigures(answered);
  expect(figures.avg.value).toBeCloseTo((3 / 4 + 1 / 4 + 0) / 3, 12);
  expect(figures.pass.map(({ k }) => k)).toEqual([1, 2, 4]);
  expect(figures.pass[0].value).toBeCloseTo(figures.avg.value, 12);
  expect(figures.pass[1].value).toBeCloseTo((1 + passAtK(4, 1, 2) + 0) / 3, 12);
  expect(figures.pass[2].value).toBeCloseTo(2 / 3, 12);
  expect(figures.maj[0].value).toBeCloseTo(figures.avg.value, 12);
  expect(figures.maj[2].value).toBeCloseTo(1 / 3, 12);
  for (const e of [figures.avg, ...figures.pass, ...figures.maj]) {
    expect(e.low).toBeLessThanOrEqual(e.value);
    expect(e.high).toBeGreaterThanOrEqual(e.value);
  }
  expect(figures.avg.high).toBeGreaterThan(figures.avg.low);
  expect(figures).toMatchObject({ samples: 4, tokens: 60, truncated: 3, unanswered: 3, cutWithoutAnswer: 2 });
  expect(figures.problems[2]).toMatchObject({ problem: 'c', right: 0, maj: 0, truncated: 2, unanswered: 2 });
  expect(benchmarkFigures(answered)).toEqual(figures);
});

test('k goes by powers of two up to all samples', () => {
  expect([1, 2, 8, 10, 32].map(samplesTo)).toEqual([[1], [1, 2], [1, 2, 4, 8], [1, 2, 4, 8, 10], [1, 2, 4, 8, 16, 32]]);
});
