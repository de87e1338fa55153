/** The step's columns on the device against the host's functions, arm by arm, down to the gradient of a model. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { computeAdvantages, type RolloutSignals, type TokenAdvantages } from '../../src/antisd/advantages';
import { ARMS } from '../../src/antisd/arms';
import { DIVERGENCES } from '../../src/antisd/divergences';
import { aggregationWeights, policyObjective } from '../../src/antisd/objective';
import { TokenColumns } from '../../src/antisd/token-columns';
import { close, wave } from '../setup/close';
import { fixturePath, openModel } from '../setup/fixtures';
import { testDevice } from '../setup/gpu';

const device = testDevice();
const LENGTHS = [1, 9, 64, 1, 65, 130];
const TOKENS = LENGTHS.reduce((a, b) => a + b, 0);
const why = 'f32 against f64; standardised terms divide by a small deviation';
const tolerance = { atol: 1e-5, rtol: 1e-5, why };

/** Rollouts with right and wrong answers; a quarter of the tokens are where teacher and student agree. */
const signals = (depth: number): RolloutSignals[] =>
  LENGTHS.map((n, i) => {
    const s = Float32Array.from(wave(n, i + 1), (x) => -0.5 * depth * (1 + x));
    const t = Float32Array.from(wave(n, i + 9), (x, k) => (k % 4 === 1 ? s[k] : -0.5 * depth * (1 + x)));
    return { s, t, reward: i % 2, groupAdvantage: [1.7, -0.3, 0, 0.1, -2, -0][i] };
  });

const all = (tokens: readonly TokenAdvantages[], pick: (a: TokenAdvantages) => Float32Array) =>
  tokens.flatMap((a) => [...pick(a)]);

let columns: TokenColumns;
beforeAll(async () => {
  columns = await TokenColumns.create(device.r, { rollouts: LENGTHS.length, tokens: TOKENS });
});
afterAll(() => columns.destroy());

describe.each(Object.entries(ARMS))('the arm %s', (_, { method }) => {
  it.each([
    [20, 0.5, null],
    [3, 0.25, 0.8],
    [3, 0.5, 0], // u that never varied: σ_ref is 0 and masks all but 0
    [0.05, 0.5, 1],
  ])('has the host’s columns at ±%f nats, λ = %f and σ_ref = %f', async (depth, lambda, sigmaRef) => {
    const rollouts = signals(depth);
    for (const standardise of [method.standardise, !method.standardise]) {
      const m = { ...method, standardise };
      const got = await columns.computeAdvantages(rollouts, m, lambda, sigmaRef);
      const want = computeAdvantages(rollouts, m, lambda, sigmaRef);
      expect(got.map((a) => a.u)).toEqual(want.map((a) => a.u));
      expect(got.map((a) => a.masked)).toEqual(want.map((a) => a.masked));
      for (const name of ['phi', 'term', 'advantage'] as const)
        close(
          all(got, (a) => a[name]),
          all(want, (a) => a[name]),
          tolerance,
          name,
        );
    }
  });
});

/** The entropy bonus is not scaled by λ. */
const SCALED = Object.entries(ARMS).filter(([, { method }]) => method.entropyBeta === 0);
it.each(SCALED)('the arm %s with λ = 0 has the reward’s advantages to the bit', async (_, { method }) => {
  const rollouts = signals(20);
  const got = await columns.computeAdvantages(rollouts, method, 0, 1);
  const base = (x: RolloutSignals) => (method.base === 'reward' ? x.groupAdvantage : 0);
  expect(got.map((a) => a.advantage)).toEqual(rollouts.map((x) => new Float32Array(x.s.length).fill(base(x))));
});

it('the objective is the host’s, at the first update and at a later one with KL', async () => {
  const rollouts = signals(3);
  const method = ARMS['antisd-paper'].method;
  const tokens = await columns.computeAdvantages(rollouts, method, 0.5, null);
  const advantage = Float32Array.from(all(tokens, (a) => a.advantage));
  const sOld = Float32Array.from(rollouts.flatMap((x) => [...x.s]));
  const weights = aggregationWeights(LENGTHS, 'sequence-mean', 99);
  const later = sOld.map((x, i) => x + [0.3, -0.3, 0.01][i % 3]);
  const sRef = sOld.map((x, i) => x + [0, 0.05, -2][i % 3]);
  for (const [s, ref, klCoefficient] of [
    [sOld, null, 0],
    [later, null, 0],
    [later, sRef, 0.1],
  ] as const) {
    const o = { sRef: ref, weights, clipEpsilon: 0.2, klCoefficient };
    const { gradient, sums } = columns.computeObjective({ ...o, ...(s === sOld ? {} : { s }) });
    const got = await device.read(gradient, TOKENS);
    const want = policyObjective({ ...o, advantage, s, sOld });
    close(got, want.gradient, { atol: 1e-8, rtol: 2e-6, why: 'f32' }, 'gradient');
    const { loss, clipFraction, kl } = await sums;
    expect(loss).toBeCloseTo(want.loss, 6);
    expect(clipFraction).toBe(want.clipFraction);
    if (want.kl === null) expect(kl).toBeNull();
    else expect(kl).toBeCloseTo(want.kl, 6);
  }
});

it('a model gets the gradient of the host’s columns, without their way back', async () => {
  const policy = await openModel(device.gpu, fixturePath('qwen3-tied'));
  const { recorder } = policy.decoder;
  const own = await TokenColumns.create(recorder, { rollouts: 4, tokens: 40 });
  const V = policy.config.vocabSize;
  const batch = policy.plan(
    [0, 1, 2, 3].map((i) => ({ ids: [1, 2, 3, 4, 5, 6, 7, 8].map((k) => (k * (i + 3)) % V), from: 2 })),
  );
  const { logprob, offsets } = await policy.score(batch);
  const rollouts = [0, 1, 2, 3].map((i) => {
    const s = logprob.subarray(offsets[i], offsets[i + 1]);
    return { s, t: s.map((x, k) => x + 3 * Math.sin(k + i)), reward: i % 2, groupAdvantage: i % 2 ? 1 : -1 };
  });
  const method = { ...ARMS.antisd.method, divergence: DIVERGENCES['reverse-kl'] };
  const weights = aggregationWeights([6, 6, 6, 6], 'token-mean', 99);
  const o = { sRef: null, weights, clipEpsilon: 0.2, klCoefficient: 0 };

  const host = computeAdvantages(rollouts, method, 0.5, null);
  const advantage = all(host, (a) => a.advantage);
  policy.zeroGradients();
  policy.accumulate(batch, policyObjective({ ...o, advantage, s: logprob, sOld: logprob }).gradient);
  const want = await policy.gradients();

  await own.computeAdvantages(rollouts, method, 0.5, null);
  recorder.resetCounters();
  const { gradient, sums } = own.computeObjective(o);
  policy.zeroGradients();
  policy.accumulate(batch, gradient);
  recorder.submit();
  expect(recorder.submits).toBe(1);
  expect((await sums).clipFraction).toBe(0);
  const got = await policy.gradients();
  expect(got.size).toBeGreaterThan(10);
  for (const [name, { data }] of want) {
    const largest = data.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
    expect(largest, name).toBeGreaterThan(0);
    close(got.get(name)?.data ?? [], data, { atol: 1e-5 * largest, why: 'advantages differ in their last bits' }, name);
  }
  own.destroy();
  policy.destroy();
});

it('gives its memory back, and refuses a step larger than it was made for', async () => {
  const before = device.gpu.liveBuffers;
  const small = await TokenColumns.create(device.r, { rollouts: 2, tokens: 8 });
  await expect(small.computeAdvantages(signals(3), ARMS.antisd.method, 0.5, null)).rejects.toThrow(/step\.\w+ holds/);
  small.destroy();
  expect(device.gpu.liveBuffers).toBe(before);
});
