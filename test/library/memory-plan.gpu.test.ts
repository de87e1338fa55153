/** The memory plan against what the device really holds: opened, and after a whole step. */
import { describe, expect, it } from 'vitest';
import { sftCapacity } from '../../src/library/capacity';
import { largestThatFits, planModel } from '../../src/library/memory-plan';
import type { Capacity } from '../../src/model/net/activations';
import { type ModelConfig, parseModelConfig } from '../../src/model/net/config';
import { bindingBytes, planMemory } from '../../src/model/net/decoder';
import { generate } from '../../src/model/net/generate';
import { packedCatalog } from '../../src/model/net/layout';
import { ParameterLayout } from '../../src/model/net/parameters';
import { Policy } from '../../src/model/net/policy';
import { parseTrainConfig } from '../../src/settings/config';
import { parseSftConfig } from '../../src/settings/settings-sft';
import { idle, testDevice } from '../setup/gpu';

const device = testDevice();

/** 3.4 million parameters: large enough that what a plan may forget does not hide behind rounding. */
const CONFIG: ModelConfig = parseModelConfig({
  model_type: 'qwen3',
  architectures: ['Qwen3ForCausalLM'],
  vocab_size: 2000,
  hidden_size: 256,
  intermediate_size: 512,
  num_hidden_layers: 4,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  head_dim: 64,
  max_position_embeddings: 512,
  rms_norm_eps: 1e-6,
  rope_theta: 10_000,
  tie_word_embeddings: true,
});
const values = Float32Array.from({ length: new ParameterLayout(CONFIG).count }, (_, i) => Math.sin(i * 0.7) * 0.05);
const model = { config: CONFIG, tensors: packedCatalog(new ParameterLayout(CONFIG), values), where: 'made here' };
const config = parseTrainConfig({
  loraRank: 16,
  problems: 2,
  group: 4,
  maxNewTokens: 48,
  contextLength: 96,
  evalProblems: 2,
  evalSamples: 2,
});

/** Bytes that the device holds for a policy, when opened and at most until a step is over. */
async function measured(capacity: Capacity): Promise<{ opened: number; stepped: number }> {
  const gpu = idle(device.gpu); // bytes are counted, nothing is computed
  const before = gpu.liveBytes;
  const policy = await Policy.create(gpu, CONFIG, capacity, model);
  const opened = gpu.liveBytes - before;
  const prompt = [1, 2, 3, 4, 5];
  const sampling = { temperature: 1, topK: 0, topP: 1, maxNewTokens: 8, endIds: [1999], seed: 1, stream: 0 };
  const [response] = await generate(policy.decoder, [{ ids: prompt, count: 1 }], sampling);
  const batch = policy.plan([{ ids: [...prompt, ...response], from: prompt.length }]);
  await policy.score(batch);
  if (capacity.training) {
    policy.zeroGradients();
    policy.accumulate(batch, new Float32Array(response.length).fill(1));
    await policy.update({ lr: 1e-3, beta1: 0.9, beta2: 0.95, eps: 1e-8, weightDecay: 0, clipNorm: 1 });
  }
  const stepped = gpu.liveBytes - before;
  policy.destroy();
  expect(gpu.liveBytes).toBe(before);
  return { opened, stepped };
}

const room = () => ({ binding: bindingBytes(device.gpu), memory: 1e9 });

describe('planned bytes', () => {
  it.each(['f32', 'bf16', 'f16', 'q8', 'q4'] as const)('are those of the device, for %s', async (weightFormat) => {
    const plan = planModel('made here', model, { ...config, weightFormat }, room());
    const uses = plan.rows.filter((row) => row.weightFormat === weightFormat && row.use !== 'all parameters');
    expect(uses.map((row) => row.use)).toEqual(['to look at', 'LoRA of rank 16']);
    for (const { capacity, bytes, use } of uses) {
      const { opened, stepped } = await measured(capacity);
      for (const found of [opened, stepped])
        expect(Math.abs(found / bytes.total - 1), `${use}: ${found} for ${bytes.total}`).toBeLessThan(0.02);
    }
  });

  it('are those of the device where all parameters are trained, and with activations computed again', async () => {
    for (const recompute of [false, true]) {
      const plan = planModel('made here', model, { ...config, recompute, loraRank: 0 }, room());
      const { capacity, bytes } = plan.rows[plan.chosen];
      expect([plan.rows[plan.chosen].use, capacity.recompute]).toEqual(['all parameters', recompute]);
      const { opened, stepped } = await measured(capacity);
      for (const found of [opened, stepped])
        expect(Math.abs(found / bytes.total - 1), `${found} for ${bytes.total}`).toBeLessThan(0.02);
    }
  });

  it.each([
    ['of whole distributions from the adapter’s beginning', { arm: 'opsd' }],
    ['of the likeliest tokens from all parameters’ average', { arm: 'sdpo', distilOver: 'top-k', loraRank: 0 }],
    ['of sampled tokens', { arm: 'sdpo' }],
  ])('are those of the device for a distillation %s', async (_, settings) => {
    const plan = planModel('made here', model, parseTrainConfig({ ...config, ...settings }), room());
    const { capacity, bytes } = plan.rows[plan.chosen];
    expect(capacity.distil).not.toBeNull();
    const without = planMemory(CONFIG, { ...capacity, distil: null }).total;
    expect(bytes.total).toBeGreaterThan(without);
    const { opened } = await measured(capacity);
    expect(Math.abs(opened / bytes.total - 1), `${opened} for ${bytes.total}`).toBeLessThan(0.02);
  });

  it('the largest micro-batch that fits a given memory does fit it, and one a tenth larger does not', async () => {
    const memory = 100e6;
    const { capacity } = planModel('made here', model, config, room()).rows[1];
    const { tokens } = largestThatFits(CONFIG, capacity, { ...room(), memory });
    expect(tokens).toBeGreaterThan(capacity.tokens);
    expect((await measured({ ...capacity, tokens, targets: tokens })).stepped).toBeLessThan(memory * 1.02);
    const more = Math.round(tokens * 1.1);
    expect((await measured({ ...capacity, tokens: more, targets: more })).opened).toBeGreaterThan(memory);
  });

  it('are of supervised runs too: their own longest example and answers', () => {
    const sft = parseSftConfig({ maxLength: 200, sampleTokens: 40, loraRank: 8, weightFormat: 'q8' }, 'test');
    const plan = planModel('made here', model, sft, room());
    expect(plan.rows[plan.chosen]).toMatchObject({ use: 'LoRA of rank 8', weightFormat: 'q8', refused: null });
    expect(plan.rows[plan.chosen].capacity).toEqual({
      ...sftCapacity(model, sft, 200),
      bindingBytes: room().binding,
    });
  });
});
