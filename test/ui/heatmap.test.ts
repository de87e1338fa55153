import { expect, test } from 'vitest';
import { arrange, MEASURES, meanSize } from '../../src/ui/heatmap/measures';
import { EMPTY, fold } from '../../src/ui/state/snapshot';
import { tintOf } from '../../src/ui/tokens/tint';
import { fakeSignals } from './fake-events';

const rollouts = fold(EMPTY, [fakeSignals(3, 6, 4, 0.9)]).rollouts;

test('tints are symmetric, bare at zero, and strongest from 2 nats on', () => {
  expect([-9, -2, -1.99, -1, -0.25, -0.1, 0, 0.1, 0.25, 1, 1.99, 2, 20].map((u) => tintOf(u, MEASURES.u))).toEqual([
    -3, -3, -2, -2, -1, -0, 0, 0, 1, 2, 2, 3, 3,
  ]);
  expect(tintOf(-4, MEASURES.s)).toBe(3);
});

test('the filter keeps whole problems apart and loses nothing', () => {
  const count = (filter: 'all' | 'correct' | 'incorrect') =>
    arrange(rollouts, filter, 'order').flatMap((g) => g.rollouts).length;
  expect(count('all')).toBe(24);
  expect(count('correct') + count('incorrect')).toBe(24);
  for (const g of arrange(rollouts, 'correct', 'order'))
    expect(g.rollouts.every((r) => r.signals?.reward === 1 && r.group === g.group)).toBe(true);
});

test('sorting puts the largest mean |u| first within each problem', () => {
  for (const { rollouts: rows } of arrange(rollouts, 'all', 'size')) {
    const sizes = rows.map(meanSize);
    expect(sizes).toEqual([...sizes].sort((a, b) => b - a));
  }
});
