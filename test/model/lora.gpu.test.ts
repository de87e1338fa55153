/** LoRA against PEFT: log-probabilities with the adapter on and off, gradients, merging, folders in and out. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { WEIGHT_FORMATS } from '../../src/kernels/weight-format/weight-format';
import { planMemory } from '../../src/model/net/decoder';
import { LoraLayout, type LoraSettings } from '../../src/model/net/lora';
import { Policy } from '../../src/model/net/policy';
import { readLoraFolder, writeLoraFolder } from '../../src/model/weights/adapter';
import { openModelFolder } from '../../src/model/weights/folder';
import { mergedCatalog } from '../../src/model/weights/merge';
import type { StoredTensor, TensorCatalog } from '../../src/model/weights/stored-tensor';
import { close } from '../setup/close';
import {
  diskFolder,
  type Expected,
  fixtureJson,
  fixturePath,
  fixtureTensors,
  openModel,
  SMALL,
} from '../setup/fixtures';
import { testDevice } from '../setup/gpu';

const device = testDevice();
const e = fixtureJson<Expected>('llama', 'expected.json');
const peft = fixtureJson<{ on: number[][]; off: number[][] }>('llama-lora', 'expected.json');
const sequences = e.tokens.map((ids) => ({ ids, from: 1 }));
const inner = (rows: number[][]) => Float32Array.from(rows.flatMap((row) => row.slice(1)));
const tolerance = { atol: 1e-5, rtol: 1e-5, why: 'f32 through two layers' };

/** The fixture's base model with PEFT's adapter on it. */
async function open(capacity: Parameters<typeof openModel>[2] = {}) {
  const base = await openModel(device.gpu, fixturePath('llama'), { training: false });
  const { config } = base;
  base.destroy();
  const { settings, packed } = await readLoraFolder(diskFolder(fixturePath('llama-lora')), config);
  const policy = await openModel(device.gpu, fixturePath('llama'), { lora: settings, ...capacity });
  policy.setLora(packed);
  return { policy, settings };
}

it('scores as PEFT does with the adapter, and as the base model without', async () => {
  const { policy } = await open();
  const batch = policy.plan(sequences);
  close((await policy.score(batch)).logprob, inner(peft.on), tolerance, 'on');
  const off = await policy.withoutLora(() => policy.score(batch));
  close(off.logprob, inner(peft.off), tolerance, 'off');
  close((await policy.score(batch)).logprob, inner(peft.on), tolerance, 'on again');
  policy.destroy();
});

it('does so with a part of the projections, biases under them, and the rank-stabilised scale', async () => {
  const { config, ...model } = await openModelFolder(diskFolder(fixturePath('qwen2')));
  const { settings, packed } = await readLoraFolder(diskFolder(fixturePath('qwen2-rslora')), config);
  const targets = ['k_proj', 'v_proj', 'down_proj'];
  expect(settings).toEqual({ rank: 3, alpha: 5, dropout: 0.1, targets, rankStabilised: true });
  const policy = await Policy.create(device.gpu, config, { ...SMALL, lora: settings }, model);
  policy.setLora(packed);
  const { tokens, weights } = fixtureJson<Expected>('qwen2', 'expected.json');
  const want = fixtureJson<{ on: number[][]; off: number[][] }>('qwen2-rslora', 'expected.json');
  const batch = policy.plan(tokens.map((ids) => ({ ids, from: 1 })));
  close((await policy.withoutLora(() => policy.score(batch))).logprob, inner(want.off), tolerance, 'off');
  close((await policy.score(batch)).logprob, inner(want.on), tolerance, 'on');
  policy.zeroGradients();
  policy.accumulate(batch, inner(weights));
  const got = await policy.gradients();
  for (const [name, { data }] of fixtureTensors('qwen2-rslora', 'gradients.safetensors')) {
    const scale = data.reduce((m, x) => Math.max(m, Math.abs(x)), 0);
    close(got.get(name)?.data ?? [], data, { atol: 1e-4 * scale, why: 'f32, relative to the largest' }, name);
  }
  policy.destroy();
});

it.each([
  ['at once', {}],
  ['with recomputed activations', { recompute: true }],
  ['in micro-batches', { tokens: 44, targets: 44 }],
])('has PEFT’s gradients %s', async (_, capacity) => {
  const { policy } = await open(capacity);
  policy.zeroGradients();
  policy.accumulate(policy.plan(sequences), inner(e.weights));
  const got = await policy.gradients();
  const want = fixtureTensors('llama-lora', 'gradients.safetensors');
  expect([...got.keys()].sort()).toEqual([...want.keys()].sort());
  for (const [name, { data }] of want) {
    const scale = data.reduce((m, x) => Math.max(m, Math.abs(x)), 0);
    close(got.get(name)?.data ?? [], data, { atol: 1e-4 * scale, why: 'f32, relative to the largest' }, name);
  }
  policy.destroy();
});

it('merged into the weights gives the same log-probabilities, and taken out again the base model', async () => {
  const base = await openModelFolder(diskFolder(fixturePath('llama')));
  const adapter = await readLoraFolder(diskFolder(fixturePath('llama-lora')), base.config);
  const merged = mergedCatalog(base.config, base.tensors, adapter);
  const restored = mergedCatalog(base.config, merged, adapter, -1);
  for (const [tensors, want] of [
    [merged, peft.on],
    [restored, peft.off],
  ] as const) {
    const policy = await Policy.create(device.gpu, base.config, { ...SMALL, training: false }, { ...base, tensors });
    close((await policy.score(policy.plan(sequences))).logprob, inner(want), tolerance, 'merged');
    policy.destroy();
  }
  const name = 'model.layers.1.mlp.down_proj.weight';
  const rows = (tensors: TensorCatalog) => (tensors.get(name) as StoredTensor).rows(5, 9);
  close(await rows(restored), await rows(base.tensors), { atol: 1e-7, why: 'two roundings of values below 1' }, name);
  expect(await rows(merged)).not.toEqual(await rows(base.tensors));
});

it('is written as PEFT’s folder and read back to the bit; PEFT’s names', async () => {
  const { policy, settings } = await open();
  const tensors = await policy.loraTensors();
  expect([...tensors.keys()].sort()).toEqual(
    [...fixtureTensors('llama-lora', 'adapter_model.safetensors').keys()].sort(),
  );
  const path = mkdtempSync(join(tmpdir(), 'adapter-'));
  for (const [name, bytes] of writeLoraFolder(settings, tensors, 'llama')) writeFileSync(join(path, name), bytes);
  const again = await readLoraFolder(diskFolder(path), policy.config);
  expect(again.settings).toEqual(settings);
  expect(new LoraLayout(policy.config, settings).unpack(again.packed)).toEqual(tensors);
  policy.destroy();
});

describe('training', () => {
  const lora: LoraSettings = {
    rank: 4,
    alpha: 8,
    dropout: 0,
    targets: ['q_proj', 'v_proj', 'down_proj'],
    rankStabilised: false,
  };
  const update = { lr: 1e-2, beta1: 0.9, beta2: 0.95, eps: 1e-8, weightDecay: 0, clipNorm: 1 };

  /** Mean log-probability after some steps towards the fixture's own sequences. */
  async function train(capacity: Parameters<typeof openModel>[2], steps = 12) {
    const policy = await openModel(device.gpu, fixturePath('llama'), { lora, ...capacity });
    let random = 1;
    const uniform = () => {
      random = (random * 16807) % 2147483647;
      return random / 2147483647;
    };
    policy.setLora(new LoraLayout(policy.config, capacity?.lora ?? lora).initialise(uniform, uniform));
    const batch = policy.plan(sequences);
    const first = await policy.score(batch);
    for (let step = 0; step < steps; step++) {
      policy.decoder.loraState.dropout = capacity?.lora?.dropout
        ? { rate: capacity.lora.dropout, seed: 3, stream: step }
        : null;
      policy.zeroGradients();
      policy.accumulate(batch, new Float32Array(first.logprob.length).fill(-1 / first.logprob.length));
      await policy.update(update);
    }
    policy.decoder.loraState.dropout = null;
    policy.forget();
    const last = await policy.score(batch);
    const off = await policy.withoutLora(() => policy.score(batch));
    const mean = (x: Float32Array) => x.reduce((a, b) => a + b, 0) / x.length;
    const result = { first: mean(first.logprob), last: mean(last.logprob), off: off.logprob, start: first.logprob };
    policy.destroy();
    return result;
  }

  it.each(WEIGHT_FORMATS)(
    'begins at the base model and learns, over %s weights; the base stays as it was',
    async (format) => {
      const { first, last, off, start } = await train({ format });
      expect(last).toBeGreaterThan(first + 0.2);
      expect(off).toEqual(start);
    },
  );

  it('learns with dropout too, the same way twice', async () => {
    const dropped = { lora: { ...lora, dropout: 0.2 } };
    const run = await train(dropped);
    expect(run.last).toBeGreaterThan(run.first + 0.15);
    expect(await train(dropped)).toEqual(run);
    expect((await train({ lora })).last).not.toBe(run.last);
  });

  it('takes the memory it planned', async () => {
    for (const capacity of [{ lora }, { lora: { ...lora, dropout: 0.1 }, recompute: true, format: 'bf16' as const }]) {
      const policy = await openModel(device.gpu, fixturePath('olmo3'), capacity);
      const { total: _, ...planned } = planMemory(policy.config, policy.decoder.capacity);
      expect(policy.decoder.memory.bytes).toEqual(planned);
      policy.destroy();
    }
  });
});
