/** Sampling at another temperature than 1: scores, entropies and gradients are those of softmax(logits / τ), in float64 too. */
import { describe, expect, it } from 'vitest';
import { newMethodState } from '../../src/antisd/method-state';
import { rowsOf } from '../../src/antisd/signals';
import { trainStep } from '../../src/antisd/step';
import { NATIVE_TASK } from '../../src/data/tasks';
import { logprob } from '../../src/kernels/logprob/reference';
import { type ModelConfig, NANO_CONFIG } from '../../src/model/net/config';
import { ParameterLayout } from '../../src/model/net/parameters';
import { Policy } from '../../src/model/net/policy';
import type { RunEventOf } from '../../src/runs/events';
import { parseTrainConfig, settled } from '../../src/settings/config';
import { logits, type Parameters } from '../reference/decoder';
import { close, wave } from '../setup/close';
import { openModel, SMALL } from '../setup/fixtures';
import { testDevice } from '../setup/gpu';
import { NANO, openRun } from '../setup/session';

const device = testDevice();
const T = 0.7;
const f32 = { atol: 2e-5, rtol: 1e-5, why: 'f32 through three layers' };

const float64 = async (policy: Policy): Promise<Parameters> =>
  new Map([...(await policy.tensors())].map(([n, t]) => [n, { shape: t.shape, data: Float64Array.from(t.data) }]));

/** log p, entropy of the tokens ids[from] … under softmax(logits / τ), in float64. */
function scored(c: ModelConfig, p: Parameters, ids: readonly number[], from: number, temperature: number) {
  const V = c.vocabSize;
  const z = logits(c, p, ids.slice(0, -1)).map((x) => x / temperature);
  const N = ids.length - from;
  return logprob(z.subarray((from - 1) * V), ids.slice(from), { N, V });
}

/** The largest entries of some tensors against central differences of `f`. */
function expectGradient(got: ReadonlyMap<string, { data: ArrayLike<number> }>, p: Parameters, f: () => number): void {
  const h = 1e-5;
  for (const [name, { data }] of p) {
    const gradient = Float64Array.from(got.get(name)?.data ?? []);
    const i = gradient.reduce((best, x, at) => (Math.abs(x) > Math.abs(gradient[best]) ? at : best), 0);
    const values = data as Float64Array;
    const kept = values[i];
    values[i] = kept + h;
    const above = f();
    values[i] = kept - h;
    const numeric = (above - f()) / (2 * h);
    values[i] = kept;
    expect(numeric, `${name}[${i}]: its gradient counts`).not.toBe(0);
    expect(Math.abs(gradient[i] / numeric - 1), `${name}[${i}]: ${gradient[i]}, numeric ${numeric}`).toBeLessThan(2e-3);
  }
}

describe('a step at τ = 0.7', () => {
  it('has the sampling law’s log-probabilities and entropies in student and teacher, and the on-policy gradient', async () => {
    const policy = await openModel(device.gpu, NANO, { tokens: 400, targets: 400 });
    const settings = { arm: 'antisd', gateWarmup: 0, problems: 1, maxNewTokens: 12, learningRate: 0, evalEvery: 0 };
    const config = settled(parseTrainConfig({ ...settings, temperature: T, group: 3, seed: 2 }));
    const { task } = NATIVE_TASK;
    const x = { policy, reference: null, task, config, alternatives: false };
    const { rollouts, signals } = await trainStep(x, newMethodState(), 1);
    const p = await float64(policy);
    const rows = rowsOf(signals);
    const whole = rollouts.map(({ prompt, ids }) => [...prompt, ...ids]);
    const student = () => rollouts.map(({ prompt }, i) => scored(policy.config, p, whole[i], prompt.length, T));
    student().forEach(({ logp, entropy }, i) => {
      close(rows[i].s, logp, f32, `s of rollout ${i}`);
      close(rows[i].H_S, entropy, f32, `H_S of rollout ${i}`);
    });
    rollouts.forEach(({ problem, context, ids }, i) => {
      const prompt = task.teacherPrompt(problem, context);
      const { logp, entropy } = scored(policy.config, p, [...prompt, ...ids], prompt.length, T);
      close(rows[i].t, logp, f32, `t of rollout ${i}`);
      close(rows[i].H_T, entropy, f32, `H_T of rollout ${i}`);
    });
    expect(signals.advantage.some((a) => a !== 0)).toBe(true);
    // On-policy: the gradient of −Σ Â log p / n, p being what the tokens were drawn from.
    const n = signals.ids.length;
    const loss = () =>
      student()
        .map(({ logp }, i) => logp.reduce((sum, l, t) => sum - rows[i].advantage[t] * l, 0) / n)
        .reduce((a, b) => a + b, 0);
    expectGradient(await policy.gradients(), p, loss);
    policy.destroy();
  });

  it('has the KL reference at τ too, and no u where the teacher reads what the student does', async () => {
    const settings = { arm: 'no-context', gateWarmup: 0, klCoefficient: 0.1, temperature: T, maxNewTokens: 8 };
    const { run, events } = await openRun(device.gpu, settings);
    await run.next();
    run.destroy();
    const step = events.find((e): e is RunEventOf<'step'> => e.type === 'step');
    expect([step?.kl, step?.meanU]).toEqual([0, 0]); // nothing was trained yet: student, teacher and reference are one
  });

  it('is scored at 1 where that is asked for, as earlier versions did', async () => {
    const at = async (settings: object) => {
      const { run, events } = await openRun(device.gpu, { temperature: T, maxNewTokens: 8, ...settings });
      await run.next();
      run.destroy();
      const { signals } = events.find((e) => e.type === 'signals') as RunEventOf<'signals'>;
      const start = events.find((e) => e.type === 'start') as RunEventOf<'start'>;
      return { ids: signals.ids, s: signals.s, warnings: start.warnings };
    };
    const [own, one] = [await at({}), await at({ scoreTemperature: 1 })];
    expect(one.ids).toEqual(own.ids);
    expect(one.s).not.toEqual(own.s);
    expect(own.warnings).toBeUndefined();
    expect(one.warnings).toEqual([expect.stringMatching(/drawn at temperature 0\.7 and scored at 1/)]);
  });
});

it('a vocabulary in several tiles has the gradient of softmax(logits / τ)', async () => {
  const config = { ...NANO_CONFIG, vocabSize: 600, hiddenSize: 16, heads: 2, kvHeads: 1, headDim: 8, layers: 1 };
  const small = { ...config, intermediateSize: 16, sliding: [false], tiedEmbeddings: false };
  let at = 0;
  const normals = wave(1024, 1);
  const values = new ParameterLayout(small).initialise(() => 2 * normals[at++ % 1024]);
  const many = { ...SMALL, tokens: 1 << 16, targets: 1 << 16 }; // so many targets that a tile is 256 tokens wide
  const policy = await Policy.create(device.gpu, small, many, values);
  const ids = [5, 599, 17, 301, 288, 400, 1];
  const batch = policy.plan([{ ids, from: 1 }], T);
  const p = await float64(policy);
  const all = () => scored(small, p, ids, 1, T);
  const { logprob: s, entropy } = await policy.score(batch);
  close(s, all().logp, f32, 'log p');
  close(entropy, all().entropy, f32, 'entropy');
  policy.zeroGradients();
  policy.accumulate(batch, Float32Array.from([1, -2, 0.5, 1, -1, 3]));
  const got = await policy.gradients();
  policy.destroy();
  expectGradient(got, p, () => all().logp.reduce((sum, l, i) => sum + [1, -2, 0.5, 1, -1, 3][i] * l, 0));
});
