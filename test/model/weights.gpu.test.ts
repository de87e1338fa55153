/** Frozen weights: every format computes with exactly the values it stores, in one binding or in many. */
import { describe, expect, it } from 'vitest';
import { WEIGHT_FORMATS, type WeightFormat } from '../../src/kernels/weight-format/weight-format';
import { parseModelConfig } from '../../src/model/net/config';
import { planMemory } from '../../src/model/net/decoder';
import { generate } from '../../src/model/net/generate';
import { formatFor, ParameterLayout } from '../../src/model/net/parameters';
import { Policy } from '../../src/model/net/policy';
import { store, unstore } from '../../src/model/weights/quantise';
import { close } from '../setup/close';
import { type Expected, fixtureJson, fixturePath, fixtureTensors, openModel } from '../setup/fixtures';
import { testDevice } from '../setup/gpu';

const device = testDevice();
const frozen = { training: false } as const;
const sequences = (e: Expected) => e.tokens.map((ids) => ({ ids, from: 1 }));
const why = 'the same f32 products, summed in another order';

describe.each(WEIGHT_FORMATS)('%s', (format) => {
  it.each(['llama', 'qwen3-untied', 'olmo3'])('%s scores as f32 does with the stored values', async (name) => {
    const e = fixtureJson<Expected>(name, 'expected.json');
    const policy = await openModel(device.gpu, fixturePath(name), { ...frozen, format });
    const values = await policy.tensors();
    for (const [parameter, { data }] of fixtureTensors(name, 'model.safetensors')) {
      const got = values.get(parameter)?.data as Float32Array;
      expect(got, parameter).toEqual(
        Float32Array.from(storedAs(name, parameter, data as Float32Array<ArrayBuffer>, format)),
      );
    }
    const scores = await policy.score(policy.plan(sequences(e)));
    // the f32 model with the very values that the stored one holds
    const packed = new ParameterLayout(policy.config).pack(values, name);
    const plain = await Policy.create(device.gpu, policy.config, { ...policy.decoder.capacity, format: 'f32' }, packed);
    const want = await plain.score(plain.plan(sequences(e)));
    close(scores.logprob, want.logprob, { atol: 1e-5, rtol: 1e-5, why }, 'logprob');
    close(scores.entropy, want.entropy, { atol: 1e-5, rtol: 1e-5, why }, 'entropy');
    plain.destroy();
    policy.destroy();
  });
});

it.each([
  ['f32', 'qwen3-untied', 64 * 48 * 4],
  ['bf16', 'qwen3-untied', 64 * 48 * 2],
  ['f16', 'qwen3-untied', 64 * 48 * 2],
  ['q8', 'llama-linear', 64 * 48],
] as const)('%s: %s generates the same tokens in one binding and in many', async (format, name, most) => {
  const requests = [
    { ids: [1, 2, 3], count: 2 },
    { ids: [60, 59, 7, 30], count: 2 },
  ];
  const options = { temperature: 1, topK: 0, topP: 1, maxNewTokens: 12, endIds: [3], seed: 7, stream: 1 };
  const run = async (bindingBytes?: number) => {
    const policy = await openModel(device.gpu, fixturePath(name), { ...frozen, format, bindingBytes });
    const { embed, head, layers } = policy.decoder.parameters.weights;
    const pieces = [embed, head, layers[0].qkv, layers[0].gateUp].reduce((n, w) => n + w.pieces.length, 0);
    const tokens = await generate(policy.decoder, requests, options);
    policy.destroy();
    return { pieces, tokens };
  };
  const whole = await run();
  const cut = await run(most);
  expect(whole.pieces).toBe(4);
  expect(cut.pieces).toBeGreaterThan(4);
  expect(cut.tokens).toEqual(whole.tokens);
});

/** What the format makes of a tensor's values; rows that do not fit its groups get the next finer one. */
function storedAs(
  name: string,
  parameter: string,
  data: Float32Array<ArrayBuffer>,
  format: WeightFormat,
): Float32Array {
  const config = parseModelConfig(fixtureJson(name, 'config.json'));
  const slot = new ParameterLayout(config).slots.find((s) => s.parts.some((p) => p.name === parameter));
  if (!slot || slot.vector) return data;
  const own = formatFor(slot, format);
  return unstore(store(data.slice(), own), own);
}

describe('trained in chunks', () => {
  it.each(['qwen3-untied', 'qwen2', 'olmo3'])('%s has PyTorch’s gradients', async (name) => {
    const e = fixtureJson<Expected>(name, 'expected.json');
    const policy = await openModel(device.gpu, fixturePath(name), { bindingBytes: 64 * 48 * 4 });
    expect(policy.decoder.trainable?.layout.chunks.length).toBeGreaterThan(3);
    policy.zeroGradients();
    policy.accumulate(policy.plan(sequences(e)), Float32Array.from(e.weights.flatMap((row) => row.slice(1))));
    const got = await policy.gradients();
    for (const [parameter, { data }] of fixtureTensors(name, 'gradients.safetensors')) {
      const scale = data.reduce((m, x) => Math.max(m, Math.abs(x)), 0);
      const tolerance = { atol: 1e-4 * scale, why: 'f32, relative to the largest gradient of the tensor' };
      close(got.get(parameter)?.data ?? [], data, tolerance, parameter);
    }
    const before = await policy.state();
    await policy.update({ lr: 1e-3, beta1: 0.9, beta2: 0.95, eps: 1e-8, weightDecay: 0, clipNorm: 1 });
    const after = await policy.state();
    expect(after.values).not.toEqual(before.values);
    policy.restore(before);
    expect((await policy.state()).values).toEqual(before.values);
    policy.destroy();
  });

  it('takes the memory it planned', async () => {
    for (const capacity of [{ bindingBytes: 64 * 48 * 4 }, { ...frozen, format: 'q4' as const }]) {
      const policy = await openModel(device.gpu, fixturePath('qwen3-untied'), capacity);
      const { total: _, ...planned } = planMemory(policy.config, policy.decoder.capacity);
      expect(policy.decoder.memory.bytes).toEqual(planned);
      policy.destroy();
    }
  });
});
