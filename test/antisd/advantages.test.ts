import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { computeAdvantages, groupAdvantages, NO_REFERENCES, type Rewarded } from '../../src/antisd/advantages';
import { ARM_NAMES, ARMS, type Method, resolveMethod } from '../../src/antisd/arms';
import { perplexityLambda, perplexityTarget } from '../../src/antisd/perplexity';
import { newSignals } from '../../src/antisd/signals';
import { parseTrainConfig } from '../../src/settings/config';

const method = (arm: string, more: object = {}): Method => resolveMethod(parseTrainConfig({ arm, ...more }));

type Scored = Rewarded & { s: Float32Array<ArrayBuffer>; t: Float32Array<ArrayBuffer> };

/** The columns of one rollout, and how many of its tokens were masked. */
function tokenAdvantages({ s, t, ...rewarded }: Scored, of: Method, lambda: number, sigmaRef: number | null) {
  const signals = newSignals([s], { s, t });
  const { masked } = computeAdvantages(signals, [rewarded], of, lambda, { ...NO_REFERENCES, sigmaRef });
  return { ...signals, masked };
}

const logprobs = fc.array(fc.float({ min: -20, max: 0, noNaN: true }), { minLength: 1, maxLength: 30 });
const rollout = fc
  .tuple(logprobs, logprobs, fc.constantFrom(0, 1), fc.float({ min: -2, max: 2, noNaN: true }))
  .map(([s, t, reward, groupAdvantage]): Scored => {
    const n = Math.min(s.length, t.length);
    return { s: Float32Array.from(s.slice(0, n)), t: Float32Array.from(t.slice(0, n)), reward, groupAdvantage };
  });

describe('group advantages', () => {
  it('have mean 0 and, divided by the std, size 1', () => {
    const a = groupAdvantages([1, 0, 0, 1], 'population');
    expect(a.reduce((x, y) => x + y, 0)).toBeCloseTo(0, 12);
    expect(a[0]).toBeCloseTo(1, 5);
    expect(groupAdvantages([1, 0, 0, 0], null)).toEqual([0.75, -0.25, -0.25, -0.25]);
  });
  it('are exactly 0 where all rewards are equal', () => {
    expect(groupAdvantages([1, 1, 1], 'sample')).toEqual([0, 0, 0]);
  });
  it('are TRL’s with the sample’s std: (r − mean) / (std + 1e-4), n − 1', () => {
    // torch.tensor([1., 0., 0., 0.]).std() = 0.5
    expect(groupAdvantages([1, 0, 0, 0], 'sample')[0]).toBeCloseTo(0.75 / 0.5001, 12);
    expect(groupAdvantages([1, 0, 0, 0], 'population')[0]).toBeCloseTo(0.75 / (Math.sqrt(3) / 4 + 1e-6), 12);
  });
});

describe('the released code’s λ', () => {
  const t = Float32Array.from([-0.5, -0.7]);
  const lambdaOf = (more: object, step = 0.5, length = 2) => {
    const long = new Float32Array(length).map((_, i) => t[i % 2]);
    const signals = newSignals([long], { s: long.map((x) => x - 0.1), t: long });
    return computeAdvantages(signals, [{ reward: 1, groupAdvantage: 0 }], { ...method('antisd-code'), ...more }, step, {
      sigmaRef: 1,
      target: 1.05,
    }).lambdas[0];
  };
  const own = 0.2 * Math.log(Math.exp(0.6) / 1.05);

  it('is the sequence’s, scaled by the schedule, and 0 over the length limit', () => {
    expect(lambdaOf({})).toBeCloseTo(own, 6);
    expect(lambdaOf({}, 0.25)).toBeCloseTo(own / 2, 6);
    expect(lambdaOf({ longest: 4 }, 0.5, 4)).toBeCloseTo(own, 6);
    expect(lambdaOf({ longest: 4 }, 0.5, 6)).toBe(0);
    expect(method('antisd-code').longest).toBe(12_000);
  });
});

it('without a teacher u is −s, and the term praises what is likely', () => {
  const { teacher, context, gate } = method('no-teacher');
  expect([teacher, context, gate.kind]).toEqual([false, 'none', 'off']);
  const s = Float32Array.from([-0.01, -3]);
  const { u, term } = tokenAdvantages(
    { s, t: new Float32Array(2), reward: 0, groupAdvantage: 0 },
    method('no-teacher'),
    0.5,
    null,
  );
  expect(Array.from(u)).toEqual(Array.from(s, (x) => Math.fround(0 - x)));
  expect(term[0]).toBeGreaterThan(term[1]);
});

describe('token advantages', () => {
  const additive = ARM_NAMES.filter((a) => ARMS[a].method.base === 'reward' && ARMS[a].method.entropyBeta === 0);
  it.each(additive)('of %s with λ = 0 (and so with a closed gate) are the group’s, to the bit', (arm) => {
    fc.assert(
      fc.property(rollout, (r) => {
        const { advantage } = tokenAdvantages(r, method(arm), 0, 1);
        expect(advantage).toEqual(new Float32Array(r.s.length).fill(r.groupAdvantage));
      }),
    );
  });

  it('of antisd-paper with sign +1 and no gate are those of sd-jsd', () => {
    const turned = { ...method('antisd-paper', { gate: 'off' }), sign: 1 as const };
    expect(turned).toEqual(method('sd-jsd'));
    fc.assert(
      fc.property(rollout, (r) => {
        expect(tokenAdvantages(r, turned, 0.5, null)).toEqual(tokenAdvantages(r, method('sd-jsd'), 0.5, null));
      }),
    );
  });

  it('praise deliberation by at most ½ log 2 · λ and blame shortcuts', () => {
    const r = { s: Float32Array.of(-1, -9, -1), t: Float32Array.of(-9, -1, -1), reward: 0, groupAdvantage: 0 };
    const { u, advantage } = tokenAdvantages(r, method('antisd-paper'), 0.5, null);
    expect([...u]).toEqual([-8, 8, 0]);
    expect(advantage[0]).toBeGreaterThan(0);
    expect(advantage[0]).toBeLessThanOrEqual(0.25 * Math.LN2);
    expect(advantage[1]).toBeLessThan(-1.8);
    expect(advantage[2]).toBeCloseTo(0, 12);
  });

  it('leave masked tokens to the reward', () => {
    const r = { s: Float32Array.of(0, -9), t: Float32Array.of(-3.5, -6.5), reward: 0, groupAdvantage: 0.25 };
    const { masked, advantage } = tokenAdvantages(r, method('antisd'), 0.5, null);
    expect(masked).toBe(1);
    expect(advantage[0]).toBe(0.25);
    expect(advantage[1]).toBeLessThan(0.25);
  });

  it('standardised sum to 0 in each sequence', () => {
    const standard = { ...method('antisd-paper', { standardise: 'on' }) };
    fc.assert(
      fc.property(rollout, (r) => {
        const { term } = tokenAdvantages(r, standard, 0.5, null);
        const clipped = term.some((x) => Math.abs(x) >= 2.4999); // a clipped outlier leaves the rest a sum
        if (!clipped) expect(Math.abs(term.reduce((a, b) => a + b, 0))).toBeLessThan(1e-5 * term.length);
      }),
    );
  });

  it('of the released code mask beyond 2σ and take λ from the teacher’s perplexity', () => {
    const code = method('antisd-code');
    const r = {
      s: Float32Array.of(-1, -1, -1, -1),
      t: Float32Array.of(-1.2, -0.7, -6, -1),
      reward: 0,
      groupAdvantage: 0,
    };
    expect(tokenAdvantages(r, code, 0.5, 0.5).masked).toBe(1);
    const target = perplexityTarget([1.2, 1.1, 1.3]);
    expect(target).toBeCloseTo(0.93 * 1.2, 12);
    expect(perplexityTarget([])).toBe(1.01);
    expect(perplexityTarget([1.05])).toBe(1.01);
    expect(perplexityLambda([-0.5, -0.5], target)).toBeCloseTo(0.2 * Math.log(Math.exp(0.5) / target), 6);
    expect(perplexityLambda([0, 0], target)).toBe(0);
    expect(perplexityLambda([-1.09, -1.09], 0.9)).toBeCloseTo(0.2 * Math.log(3), 6); // the ratio is clipped to 3
    expect(perplexityLambda([-9, -9], target)).toBe(0); // above 3 the text is not the teacher's
  });

  it('of the correct-only arm add nothing to wrong rollouts, and of the multiplicative one nothing where the reward is silent', () => {
    const r = { s: Float32Array.of(-2), t: Float32Array.of(-1), reward: 0, groupAdvantage: 0.5 };
    expect(tokenAdvantages(r, method('antisd-correct'), 0.5, null).term[0]).toBe(0);
    expect(tokenAdvantages({ ...r, groupAdvantage: 0 }, method('antisd-mult'), 0.5, null).advantage[0]).toBeCloseTo(
      0,
      12,
    );
  });

  it('of the entropy bonus add −β s', () => {
    const r = { s: Float32Array.of(-2), t: Float32Array.of(-1), reward: 0, groupAdvantage: 0.5 };
    expect(tokenAdvantages(r, method('entropy-bonus'), 0, null).advantage[0]).toBeCloseTo(0.7, 6);
  });
});
