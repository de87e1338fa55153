/** Distillation against TRL 1.13's own functions (test/fixtures/make_distillation.py). */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { resolveMethod } from '../../src/antisd/arms';
import { distilSampled, distilWeights } from '../../src/antisd/distil';
import { aggregationWeights } from '../../src/antisd/objective';
import { sum } from '../../src/antisd/statistics';
import { divergence, divergenceBackward } from '../../src/kernels/divergence/reference';
import { logprob } from '../../src/kernels/logprob/reference';
import { parseTrainConfig } from '../../src/settings/config';

type Numbers = readonly number[];
interface Fixture {
  R: number;
  T: number;
  V: number;
  lengths: Numbers;
  shown: Numbers;
  student: Numbers;
  teacher: Numbers;
  ids: Numbers;
  old: Numbers;
  cases: {
    name: string;
    support: 'vocabulary' | 'top-k' | 'top-k-and-rest' | 'sampled';
    alpha: number;
    K: number;
    clip: number | null;
    D: Numbers;
    loss: number;
    dz: Numbers;
  }[];
}
const fixture: Fixture = JSON.parse(readFileSync(join(import.meta.dirname, '../fixtures/distillation.json'), 'utf8'));
const { T, V, lengths, shown } = fixture;

/** Which of TRL's padded places hold tokens, rollout after rollout. */
const places = lengths.flatMap((n, i) => Array.from({ length: n }, (_, t) => i * T + t));
const N = places.length;
const of = (padded: Numbers, width = 1) => places.flatMap((at) => padded.slice(at * width, (at + 1) * width));
const [student, teacher] = [of(fixture.student, V), of(fixture.teacher, V)];
const ids = of(fixture.ids);
const s = logprob(student, ids, { N, V }).logp;
const t = logprob(teacher, ids, { N, V }).logp;
const offsets = [0, ...lengths.map((_, i) => lengths.slice(0, i + 1).reduce((a, b) => a + b, 0))];
// TRL takes the mean of each sequence, and of these the mean.
const weights = aggregationWeights(lengths, 'sequence-mean', T);

describe('as TRL 1.13', () => {
  it.each(fixture.cases)('$name', ({ support, alpha, K, clip, D, loss, dz }) => {
    const b = distilWeights({ weight: 1, clip: clip ?? 0 }, { weights, s, sOld: of(fixture.old), offsets }, shown);
    const own = distillation(support, alpha, K, b);
    for (const [n, d] of of(D).entries()) expect(own.D[n]).toBeCloseTo(d, 6);
    expect(sum(Float64Array.from(own.D, (d, n) => b[n] * d))).toBeCloseTo(loss, 6);
    for (const [i, g] of of(dz, V).entries()) expect(own.dz[i]).toBeCloseTo(g, 6);
  });
});

/** D of every token and the gradient of Σ b D in the student's logits, as the engine makes them. */
function distillation(support: Fixture['cases'][number]['support'], alpha: number, K: number, b: Float32Array) {
  const none = new Float32Array(N);
  if (support !== 'sampled') {
    const shape = { N, V, K, support, alpha };
    const rows = { s: student, t: teacher };
    return { D: divergence(rows, shape), dz: divergenceBackward({ ...rows, y: ids, w: none, b }, shape) };
  }
  const D = distilSampled({ gradient: none, s }, b, t);
  const shape = { N, V, K: 1, support: 'vocabulary' as const, alpha };
  return { D, dz: divergenceBackward({ s: student, t: teacher, y: ids, w: none, b: new Float32Array(N) }, shape) };
}

describe('the rows', () => {
  const method = (settings: object) => resolveMethod(parseTrainConfig(settings));

  it('of SDPO are TRL’s defaults, and without a weight of 1 the reward has its part', () => {
    const { distil, base, context } = method({ arm: 'sdpo' });
    expect(distil).toMatchObject({
      over: 'sampled',
      alpha: 1,
      teacher: 'ema',
      rate: 0.05,
      weight: 1,
      clip: 2,
      rest: false,
    });
    expect([base, context]).toEqual(['none', 'sibling']);
    expect(method({ arm: 'sdpo', distilWeight: 0.5 }).base).toBe('reward');
  });

  it('of OPSD compare whole distributions with the model of the run’s beginning, who is shown the solution', () => {
    const { distil, context } = method({ arm: 'opsd' });
    expect(distil).toMatchObject({ over: 'vocabulary', alpha: 0.5, teacher: 'base', weight: 1, clip: 0 });
    expect(context).toBe('dataset');
  });

  it.each([
    [{ arm: 'sdpo', distilAlpha: 0.5 }, /On sampled tokens SDPO is the reverse KL, α = 1, and α is 0.5/],
    [{ arm: 'opsd', distilTopK: 5 }, /of the likeliest tokens, and OPSD compares vocabulary/],
    [{ arm: 'opsd', teacherRate: 0.1 }, /A teacher that is base follows at no rate/],
    [{ arm: 'sdpo', context: 'feedback' }, /the context "feedback" shows none/],
    [{ arm: 'sdpo', lambda: 1 }, /SDPO has no term/],
    [{ arm: 'grpo', distilWeight: 0.5 }, /distilWeight is of methods that distil, and GRPO does not/],
    [{ arm: 'antisd', teacherWeights: 'ema' }, /teacherWeights is of methods that distil/],
  ])('refuse what has no part in them: %j', (settings, words) => {
    expect(() => parseTrainConfig(settings)).toThrow(words);
  });
});
