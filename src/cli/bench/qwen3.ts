/**
 * Qwen3's shapes with weights drawn on the device: a LoRA step and decoding in the formats that such models are held in.
 * Rates are of what the work needs (each weight read once a token, each product once), so a share of the roofline is
 * honest about what the engine does twice.
 */

import { OutOfMemory } from '../../gpu/errors';
import type { Capacity } from '../../model/net/activations';
import type { ModelConfig } from '../../model/net/config';
import { planMemory } from '../../model/net/decoder';
import { generate } from '../../model/net/generate';
import { ALL_TARGETS } from '../../model/net/lora';
import { Policy } from '../../model/net/policy';
import { affordable, type Bench, fastest, type Group } from './group';
import { drawSequences, matrixValues, qwen3Shape } from './models';
import { drawOnDevice } from './random-weights';
import { megabytes } from './row';
import { trainingStep } from './training';

/** hidden, layers, heads, MLP; all have 8 key heads of 128, a vocabulary of 151,936 and tied embeddings. */
export const QWEN3_SIZES = {
  '0.6B': { hidden: 1024, layers: 28, heads: 16, mlp: 3072 },
  '1.7B': { hidden: 2048, layers: 28, heads: 16, mlp: 6144 },
  '4B': { hidden: 2560, layers: 36, heads: 32, mlp: 9728 },
} as const;
const FORMATS = ['bf16', 'q8', 'q4'] as const;
const BATCHES = [1, 8] as const;
export const LORA_STEP = { tokens: 512, rank: 16 } as const;
const NEW_TOKENS = 16;

export const qwen3: Group = async (b) => {
  for (const [size, s] of Object.entries(QWEN3_SIZES))
    for (const format of FORMATS) {
      const config = qwen3Shape(s.hidden, s.layers, s.heads, s.mlp);
      await attempt(b, `${size} ${format}, decoding`, () => decodingRows(b, size, config, format));
      await attempt(b, `${size} ${format}, LoRA step`, () => loraRow(b, size, config, format));
    }
};

/** A model that this device has no memory for is a row that says so. */
async function attempt({ add }: Bench, name: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof OutOfMemory)) throw error;
    add({ group: 'qwen3', name, note: `skipped: ${error.message}` });
  }
}

/** Milliseconds a token, the prompt's pass taken off; the weights' and the cache's bytes a second as a share of the copy. */
async function decodingRows(b: Bench, size: string, config: ModelConfig, format: (typeof FORMATS)[number]) {
  const rows = Math.max(...BATCHES);
  const positions = 64;
  const capacity: Capacity = {
    ...{ tokens: rows * 8, targets: rows, positions, rows, maxNewTokens: NEW_TOKENS + 1 },
    ...{ training: false, recompute: false, format },
  };
  const gflop = 2e-9 * matrixValues(config) * 2 * NEW_TOKENS;
  const name = (batch: number) => `${size} ${format}, decoding, batch ${batch}`;
  const batches = BATCHES.filter((batch) => affordable(b, 'qwen3', name(batch), batch * gflop));
  if (batches.length === 0) return;
  const policy = await Policy.create(b.gpu, config, capacity, drawOnDevice);
  const bytes = policy.decoder.memory.bytes.weights;
  for (const batch of batches) {
    const options = { temperature: 1, topK: 0, topP: 1, endIds: [], seed: 0, stream: 0 };
    const run = (maxNewTokens: number) => () =>
      generate(policy.decoder, [{ ids: [1, 2, 3, 4], count: batch }], { ...options, maxNewTokens });
    const [all, prompt] = [await fastest(run(NEW_TOKENS + 1), 1), await fastest(run(1), 1)];
    const [ms, cpuMs] = [(all.ms - prompt.ms) / NEW_TOKENS, (all.cpuMs - prompt.cpuMs) / NEW_TOKENS];
    const bandwidth = bytes / b.deviceMs({ ms, cpuMs }) / 1e6;
    b.add({
      group: 'qwen3',
      name: name(batch),
      ...{ ms, cpuMs, bandwidth, share: bandwidth / b.copy },
      note: `${((1000 * batch) / ms).toFixed(1)} tokens/s, ${megabytes(bytes)} of weights a token`,
    });
  }
  policy.destroy();
}

/** Forward, loss, backward, clipping and AdamW of rank-16 adapters on every projection, one sequence of 512 tokens. */
async function loraRow(b: Bench, size: string, config: ModelConfig, format: (typeof FORMATS)[number]) {
  const { tokens, rank } = LORA_STEP;
  const capacity: Capacity = {
    ...{ tokens, targets: tokens, positions: tokens, rows: 1, maxNewTokens: 1 },
    ...{ training: true, recompute: false, format },
    lora: { rank, alpha: 32, dropout: 0, targets: ALL_TARGETS, rankStabilised: false },
  };
  const name = `${size} ${format}, LoRA step, ${tokens} tokens`;
  const gflop = loraGflop(config, tokens);
  if (!affordable(b, 'qwen3', name, 3 * gflop)) return;
  const policy = await Policy.create(b.gpu, config, capacity, drawOnDevice);
  const batch = policy.plan(drawSequences(1, tokens, config.vocabSize));
  const time = await fastest(() => trainingStep(policy, batch), 2);
  const gflops = (1000 * gflop) / b.deviceMs(time);
  const total = planMemory(config, capacity).total;
  const note = `${Math.round((1000 * tokens) / time.ms)} tokens/s, ${megabytes(total)}`;
  b.add({ group: 'qwen3', name, ...time, gflops, share: gflops / b.peak, note });
  policy.destroy();
}

/** Products with frozen weights forward and back to their inputs, and causal attention (two products forward, five back). */
function loraGflop(config: ModelConfig, tokens: number): number {
  const { heads, headDim, layers } = config;
  return (4 * matrixValues(config) * tokens + layers * 7 * heads * headDim * tokens * tokens) / 1e9;
}
