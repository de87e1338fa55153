import { expect, test } from 'vitest';
import { Random } from '../../src/data/random';
import { contextInformation } from '../../src/inspect/information';

const [B, M, C] = [4, 5, 6];
const states = (at: (i: number, t: number, c: number) => number) =>
  Array.from({ length: B }, (_, i) => Float32Array.from({ length: M * C }, (_, k) => at(i, Math.floor(k / C), k % C)));

test('states that do not depend on the context tell nothing', () => {
  const same = states((_, t, c) => Math.sin(3 * t + c));
  expect([...contextInformation(same, C)]).toEqual(Array(M).fill(0));
});

test('states that name their context tell log B, but for what the critic’s temperature leaves', () => {
  // Less their mean, one-hot states have the cosine −1/(B − 1) with each other.
  const named = states((i, _, c) => (c === i ? 1 : 0) + 7);
  const expected = Math.log(B) - Math.log(1 + (B - 1) * Math.exp(-(1 + 1 / (B - 1)) / 0.1));
  for (const I of contextInformation(named, C)) expect(I).toBeCloseTo(expected, 5);
});

test('a token whose state alone names no context tells nothing; the others go on telling', () => {
  const all = states((i, t, c) => (t === 2 ? Math.sin(t + c) : c === i ? 1 : 0));
  const I = contextInformation(all, C);
  expect(I[2]).toBe(0);
  expect(Math.min(I[0], I[1], I[3], I[4])).toBeGreaterThan(1.3);
});

test('noise tells nothing on average, and nothing tells more than log B', () => {
  const random = new Random(1);
  const wide = 256;
  const noise = Array.from({ length: B }, () =>
    Float32Array.from({ length: 40 * wide }, () => random.below(1001) / 1000 - 0.5),
  );
  const I = contextInformation(noise, wide);
  expect(I.reduce((a, b) => a + b, 0) / I.length).toBeLessThan(0.1);
  expect(Math.max(...I)).toBeLessThanOrEqual(Math.log(B));
});

test('one context, or one token, has nothing to be compared with', () => {
  expect([...contextInformation(states(() => 1).slice(0, 1), C)]).toEqual(Array(M).fill(0));
  expect([...contextInformation([new Float32Array(C), new Float32Array(C).fill(1)], C)]).toEqual([0]);
});
