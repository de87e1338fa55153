/** Weight decay in two groups, as Hugging Face's Trainer makes them, against AdamW in float64. */
import { expect, it } from 'vitest';
import * as reference from '../../src/kernels/adamw/reference';
import { close } from '../setup/close';
import { type Expected, fixtureJson, fixturePath, openModel } from '../setup/fixtures';
import { testDevice } from '../setup/gpu';

const device = testDevice();
const UPDATE = { lr: 0.01, beta1: 0.9, beta2: 0.95, eps: 1e-8, weightDecay: 0.5, clipNorm: 1 };
const STEPS = 2;
/** transformers 4.57, trainer.py, get_decay_parameter_names. */
const SPARED = [/bias/, /layernorm/, /rmsnorm/, /(?:^|\.)norm(?:$|\.)/, /_norm(?:$|\.)/];

/** The weights after some updates, and what float64 makes of the same gradients; `decays` says which tensors decay. */
async function trained(fixture: string, options: object, decays: (name: string) => boolean) {
  const { tokens, weights } = fixtureJson<Expected>(fixture, 'expected.json');
  const policy = await openModel(device.gpu, fixturePath(fixture), { bindingBytes: 16 * 1024 });
  const batch = policy.plan(tokens.map((ids) => ({ ids, from: 1 })));
  const w = Float32Array.from(weights.flatMap((row) => row.slice(1)));
  const host = [...(await policy.tensors())].map(([name, { data }]) => ({
    name,
    x: Float64Array.from(data),
    m: new Float64Array(data.length),
    v: new Float64Array(data.length),
  }));
  for (let t = 1; t <= STEPS; t++) {
    policy.zeroGradients();
    policy.accumulate(batch, w);
    const gradients = await policy.gradients();
    const g = host.map(({ name }) => Float64Array.from(gradients.get(name)?.data ?? []));
    const { clip } = reference.globalNorm(g, UPDATE.clipNorm);
    host.forEach(({ name, ...state }, i) => {
      const weightDecay = decays(name) ? UPDATE.weightDecay : 0;
      reference.adamw({ g: g[i], ...state }, clip, { ...UPDATE, weightDecay, t });
    });
    await policy.update({ ...UPDATE, ...options });
  }
  const got = await policy.tensors();
  policy.destroy();
  return { got, host };
}

// The first step of AdamW is lr · sign(gradient): where a gradient is near 0, f32 and float64 may differ by some of it.
const near = { atol: 1e-4 * UPDATE.lr * STEPS, rtol: 1e-5, why: `${STEPS} updates in f32, each of at most lr` };

it.each(['qwen2', 'qwen3-untied', 'olmo2'])(
  'norms and biases of %s do not decay, embeddings and matrices do',
  async (name) => {
    const isSpared = (tensor: string) => SPARED.some((pattern) => pattern.test(tensor));
    const { got, host } = await trained(name, {}, (tensor) => !isSpared(tensor));
    expect(new Set(host.map((h) => isSpared(h.name))).size).toBe(2);
    for (const { name: tensor, x } of host) close(got.get(tensor)?.data ?? [], x, near, tensor);
  },
);

it('all decay where that is asked for, as in earlier versions', async () => {
  const { got, host } = await trained('qwen2', { decayAll: true }, () => true);
  for (const { name, x } of host) close(got.get(name)?.data ?? [], x, near, name);
});
