import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { beliefCurve } from '../../src/antisd/belief';
import { sum } from '../../src/antisd/statistics';

test('the belief curve adds up u, token by token, and ends at Σu to the bit', () => {
  expect([...beliefCurve([0.5, -2, 1.25])]).toEqual([0.5, -1.5, -0.25]);
  expect([...beliefCurve([])]).toEqual([]);
  fc.assert(
    fc.property(fc.array(fc.float({ min: -20, max: 20, noNaN: true }), { minLength: 1, maxLength: 60 }), (list) => {
      const u = Float32Array.from(list);
      const curve = beliefCurve(u);
      expect(curve.at(-1)).toBe(sum(u));
      for (const t of u.keys()) expect(curve[t]).toBe(sum(u.subarray(0, t + 1)));
    }),
  );
});

test('it is how much the text speaks for c, by Bayes’ rule', () => {
  // Two contexts of equal prior probability; the text's first two tokens under each, with x alone being their mixture.
  const under = { c: [0.9, 0.2], other: [0.3, 0.6] };
  let [joint, marginal] = [0.5, 1];
  const u = under.c.map((p, i) => {
    const first = under.c.slice(0, i).reduce((a, b) => a * b, 1);
    const second = under.other.slice(0, i).reduce((a, b) => a * b, 1);
    const withoutContext = (first * p + second * under.other[i]) / (first + second);
    joint *= p;
    marginal *= withoutContext;
    return Math.log(p) - Math.log(withoutContext);
  });
  expect(beliefCurve(u)[1]).toBeCloseTo(Math.log(joint / marginal) - Math.log(0.5), 12);
});
