import { describe, expect, it } from 'vitest';
import { aggregationWeights, policyObjective } from '../../src/antisd/objective';
import { close } from '../setup/close';

describe('the objective', () => {
  const base = {
    advantage: [1, -1, 0.5, -0.5, 2],
    sOld: [-1, -2, -0.5, -1.5, -0.2],
    weights: [0.2, 0.2, 0.2, 0.2, 0.2],
    clipEpsilon: 0.2,
    klCoefficient: 0.3,
  };
  const s = [-0.7, -2.5, -0.45, -1.2, -0.6];
  const sRef = [-1.1, -1.9, -0.4, -1.4, -0.3];

  it('has the gradient that finite differences give, clipping and KL included', () => {
    const at = (values: number[]) => policyObjective({ ...base, s: values, sRef }).loss;
    const h = 1e-6;
    const numeric = s.map(
      (_, i) => (at(s.map((x, j) => (i === j ? x + h : x))) - at(s.map((x, j) => (i === j ? x - h : x)))) / (2 * h),
    );
    const { gradient, clipFraction } = policyObjective({ ...base, s, sRef });
    close(gradient, numeric, { atol: 1e-6, why: 'central differences; the gradient is stored in f32' });
    expect(clipFraction).toBe(0.4); // +1 with ratio above 1.2 and −1 with ratio below 0.8
  });

  it('is plain policy gradient on the first update: −a Â', () => {
    const { gradient, clipFraction, kl } = policyObjective({ ...base, s: base.sOld, sRef: null, klCoefficient: 0 });
    close(
      gradient,
      base.advantage.map((a) => -0.2 * a),
      { atol: 1e-8, why: 'f32' },
    );
    expect(clipFraction).toBe(0);
    expect(kl).toBeNull();
  });

  it('weighs tokens as asked', () => {
    expect([...aggregationWeights([1, 3], 'token-mean', 10)]).toEqual([0.25, 0.25, 0.25, 0.25]);
    close([...aggregationWeights([1, 3], 'sequence-mean', 10)], [1 / 2, 1 / 6, 1 / 6, 1 / 6], {
      atol: 1e-12,
      why: 'exact',
    });
    expect([...aggregationWeights([1, 3], 'dr-grpo', 10)]).toEqual([0.05, 0.05, 0.05, 0.05]);
  });
});
