import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { computeAdvantages, groupAdvantages, NO_REFERENCES, type Rewarded } from '../../src/antisd/advantages';
import { ARM_NAMES, ARMS, type Method, resolveMethod, scheduledLambda } from '../../src/antisd/arms';
import { perplexityLambda, perplexityTarget } from '../../src/antisd/perplexity';
import { newSignals } from '../../src/antisd/signals';
import { parseTrainConfig } from '../../src/settings/config';

const method = (arm: string, more: object = {}): Method => resolveMethod(parseTrainConfig({ arm, ...more }));

type Column = Float32Array<ArrayBuffer>;
type Scored = Rewarded & { s: Column; t: Column; w?: Column };

/** The columns of one rollout, and how many of its tokens were masked. */
function tokenAdvantages({ s, t, w, ...rewarded }: Scored, of: Method, lambda: number, sigmaRef: number | null) {
  const signals = newSignals([s], { s, t, w });
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
  const additive = ARM_NAMES.filter((a) => {
    const { base, entropyBeta, distil } = ARMS[a].method;
    return base === 'reward' && entropyBeta === 0 && distil === null;
  });
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

  it('of RLSD: the reward gives the sign, the ratio of teacher to student, clipped to 1 ± ε, the size', () => {
    const logs = { s: Float32Array.of(-1, -1, -1, -1), t: Float32Array.of(-0.9, -1.1, -4, -0.1) };
    // arXiv 2604.03128, (14) and (15): w = (T/S)^sign A, Â = A clip(w, 0.8, 1.2), mixed with A by λ.
    const published = (A: number, lambda: number) =>
      Array.from(logs.t, (t, i) => {
        const w = (Math.exp(t) / Math.exp(logs.s[i])) ** Math.sign(A);
        return (1 - lambda) * A + lambda * A * Math.min(1.2, Math.max(0.8, w));
      });
    for (const [A, lambda] of [
      [0.75, 0.5],
      [-1.25, 0.5],
      [0.75, 1],
    ]) {
      const { advantage } = tokenAdvantages({ ...logs, reward: 1, groupAdvantage: A }, method('rlsd'), lambda, null);
      for (const [i, x] of published(A, lambda).entries()) expect(advantage[i]).toBeCloseTo(x, 6);
      expect(advantage.every((x) => Math.sign(x) === Math.sign(A))).toBe(true);
    }
    const silent = tokenAdvantages({ ...logs, reward: 0, groupAdvantage: 0 }, method('rlsd'), 0.5, null);
    expect([...silent.advantage]).toEqual([0, 0, 0, 0]);
    expect(method('rlsd', { ratioClip: 0 }).ratioClip).toBe(0);
  });

  it('of RLSD fade: λ from 0.5 to 0 over 50 steps, or as it is asked for', () => {
    const at = (step: number, more = {}) => scheduledLambda(method('rlsd', more), step);
    expect([1, 26, 51, 99].map((step) => at(step))).toEqual([0.5, 0.25, 0, 0]);
    expect(at(26, { lambdaSchedule: 'constant' })).toBe(0.5);
    expect(at(6, { lambdaSteps: 10 })).toBe(0.25);
    expect(scheduledLambda(method('antisd'), 1000)).toBe(0.5);
    expect(scheduledLambda(method('antisd', { lambdaSchedule: 'linear' }), 61)).toBe(0.25);
  });

  it('of RLRT turn the ratio round on correct rollouts, and are GRPO’s on wrong ones', () => {
    const logs = { s: Float32Array.of(-1, -1), t: Float32Array.of(-1.1, -0.5) };
    const right = tokenAdvantages({ ...logs, reward: 1, groupAdvantage: 2 }, method('rlrt'), 0.5, null);
    expect(right.advantage[0]).toBeCloseTo(2 * (0.5 + 0.5 * Math.exp(0.1)), 5); // S/T = e^0.1
    expect(right.advantage[1]).toBeCloseTo(2 * (0.5 + 0.5 * 0.8), 6);
    const wrong = tokenAdvantages({ ...logs, reward: 0, groupAdvantage: -2 }, method('rlrt'), 0.5, null);
    expect([...wrong.advantage]).toEqual([-2, -2]);
  });

  it('of RLCSD add the bounded contrast of right and wrong hints, and never turn the reward round', () => {
    const logs = {
      s: Float32Array.of(-1, -1, -1, -1),
      t: Float32Array.of(-0.5, -0.5, -2, -1),
      w: Float32Array.of(-0.5, -0.51, -0.1, -1.0004),
    };
    // arXiv 2606.11709, (9) to (11): r = λ tanh((t − w)/τ), kept where |r| > δ, A + r held on A's side of 0.
    const published = (A: number) =>
      Array.from(logs.t, (t, i) => {
        const r = 0.5 * Math.tanh((t - logs.w[i]) / 0.02);
        const moved = A + (Math.abs(r) > 0.02 ? r : 0);
        return A > 0 ? Math.max(0, moved) : A < 0 ? Math.min(0, moved) : 0;
      });
    for (const A of [0.75, -0.3, 0.3, 0]) {
      const { advantage, term } = tokenAdvantages(
        { ...logs, reward: 1, groupAdvantage: A },
        method('rlcsd'),
        0.5,
        null,
      );
      for (const [i, x] of published(A).entries()) expect(advantage[i]).toBeCloseTo(x, 5);
      expect(term[0]).toBe(0); // what every hint does to a token cancels
      expect(term[3]).toBe(0); // 0.5 tanh(0.02) is below the threshold
    }
    expect(published(0.3)[2]).toBe(0); // the contrast would have made it −0.2
  });
});

describe('a contradiction in the settings is refused with a mend', () => {
  it.each([
    [{ arm: 'rlsd', divergence: 'hellinger' }, /takes no divergence: its signal is a ratio/],
    [{ arm: 'rlsd', lambda: 1.5 }, /λ = 1.5 has no meaning.*from 0 to 1/],
    [{ arm: 'rlrt', standardise: 'on' }, /not standardised/],
    [{ arm: 'rlcsd', context: 'feedback' }, /the context "feedback" shows none.*with a solution/],
  ])('%j', (settings, words) => {
    expect(() => parseTrainConfig(settings)).toThrow(words);
  });
});
