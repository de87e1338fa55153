import { expect, test } from 'vitest';
import { tokenAdvantages } from '../../src/antisd/advantages';
import { resolveMethod } from '../../src/antisd/arms';
import { processAdvantages, stepColumn } from '../../src/antisd/process';
import { newSignals } from '../../src/antisd/signals';
import { parseTrainConfig } from '../../src/settings/config';

test('a column says each token’s step, from 1, with the sign of its verdict', () => {
  const steps = [
    { from: 0, to: 2, right: true },
    { from: 3, to: 5, right: false },
  ];
  expect(Array.from(stepColumn(steps, 6))).toEqual([1, 1, 0, -2, -2, 0]);
});

test('steps are normalised over the group; a token has the sum of its own step and of those after it', () => {
  // Four steps, rewards 1 0 1 1: mean 3/4, the sample's deviation 1/2.
  const [a, b] = processAdvantages([
    [1, 1, 0, -2, -2, 0],
    [1, 2, 2],
  ]);
  const z = (r: number) => (r - 0.75) / (0.5 + 1e-4);
  const close = (got: Float64Array, wanted: number[]) =>
    wanted.forEach((x, i) => {
      expect(got[i]).toBeCloseTo(x, 12);
    });
  close(a, [z(1) + z(0), z(1) + z(0), z(0), z(0), z(0), 0]);
  close(b, [2 * z(1), z(1), z(1)]);
  for (const column of processAdvantages([[1, 2], [1], []])) expect(column.every((x) => x === 0)).toBe(true);
});

test.each([
  ['process', 0, 1],
  ['grpo-process', 2, 0.5],
  ['antisd-process', 2, 0.5],
] as const)('%s: the weight, and the reward’s advantage where the arm has one', (arm, base, weight) => {
  const method = resolveMethod(parseTrainConfig({ arm }));
  const row = newSignals([[1, 2]], { s: Float32Array.of(-1, -2), t: Float32Array.of(-2, -1.5) });
  tokenAdvantages(row, { reward: 1, groupAdvantage: 2, process: [1, -3] }, method, 0, null);
  expect(Array.from(row.advantage)).toEqual([base + weight, base - 3 * weight]);
  expect(Array.from(row.term)).toEqual([0, 0]);
  if (arm !== 'antisd-process') return;
  tokenAdvantages(row, { reward: 1, groupAdvantage: 2, process: [1, -3] }, method, 0.5, null);
  for (const [i, p] of [1, -3].entries()) expect(row.advantage[i]).toBeCloseTo(base + weight * p + row.term[i], 6);
  expect(row.term[0]).toBeGreaterThan(0); // u < 0: deliberation
});
