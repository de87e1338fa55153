import { expect, test } from 'vitest';
import { hash32, Random } from '../../src/data/random';

test('the split rule and the streams are pinned: these numbers must never change', () => {
  expect(hash32([1, 2, 3])).toBe(836306054);
  expect(hash32([-1, 2 ** 40])).toBe(3760702526);
  const random = new Random(1, 2);
  expect([random.uint32(), random.uint32(), random.uint32()]).toEqual([3383011060, 1564222796, 3477368151]);
});

test('neighbouring names give unrelated streams', () => {
  const firsts = new Set<number>();
  for (let seed = 0; seed < 100; seed++) for (let i = 0; i < 100; i++) firsts.add(new Random(1, seed, i).uint32());
  expect(firsts.size).toBe(10_000);
  expect(new Random(1, 2).uint32()).not.toBe(new Random(2, 1).uint32());
  expect(new Random(5).uint32()).not.toBe(new Random(5 + 2 ** 32).uint32());
});

test('below(n) is uniform, also across the first draws of consecutive streams', () => {
  const n = 15;
  const draws = 30_000;
  for (const draw of [(r: Random) => r.below(n), (_: Random, i: number) => new Random(7, i).below(n)]) {
    const random = new Random(42);
    const counts = new Array<number>(n).fill(0);
    for (let i = 0; i < draws; i++) counts[draw(random, i)]++;
    const chi2 = counts.reduce((sum, c) => sum + (c - draws / n) ** 2 / (draws / n), 0);
    expect(chi2).toBeLessThan(36.1); // 14 degrees of freedom, p = 0.001
  }
});

test('a choice from nothing is an error, not a hang', () => {
  for (const n of [0, -1, Number.NaN]) expect(() => new Random(1).below(n)).toThrow(RangeError);
});

test('chance(p) and shuffle', () => {
  const random = new Random(3);
  let hits = 0;
  for (let i = 0; i < 20_000; i++) if (random.chance(0.3)) hits++;
  expect(hits / 20_000).toBeCloseTo(0.3, 1);
  expect(random.chance(0)).toBe(false);
  expect(random.chance(1)).toBe(true);
  expect(random.shuffle([1, 2, 3, 4, 5]).sort()).toEqual([1, 2, 3, 4, 5]);
});
