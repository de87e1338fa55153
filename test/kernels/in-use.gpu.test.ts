/** Every kernel that training, decoding and scoring dispatch belongs to a case of the self-test, and no kernel is dead. */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, it, vi } from 'vitest';
import type { Gpu } from '../../src/gpu/device';
import { openNodeGpu } from '../../src/gpu/open.node';
import { MATMUL_VARIANTS, setMatmulVariant } from '../../src/kernels/matmul/matmul';
import { selfTestKernels } from '../../src/kernels/self-test/self-test';
import { WEIGHT_FORMATS } from '../../src/kernels/weight-format/weight-format';
import { generate } from '../../src/model/net/generate';
import type { LoraSettings } from '../../src/model/net/lora';
import { fixturePath, openModel } from '../setup/fixtures';
import { openRun } from '../setup/session';

const KERNELS = join(import.meta.dirname, '../../src/kernels');
/** The files with an entry point, by their stems; a kernel's name is its stem, or its stem and what it was made for. */
const STEMS = readdirSync(KERNELS, { recursive: true })
  .map(String)
  .filter((file) => file.endsWith('.wgsl') && readFileSync(join(KERNELS, file), 'utf8').includes('@compute'))
  .map((file) => basename(file, '.wgsl'));
/** Yardsticks of the bench: nothing is computed with them. */
const PROBES = ['probe-copy', 'probe-fma'];

const stemOf = (name: string): string | undefined =>
  STEMS.filter((stem) => name === stem || name.startsWith(`${stem}-`)).sort((a, b) => b.length - a.length)[0];

/** Names of the kernels that `work` dispatches on a device of its own. */
async function dispatched(work: (gpu: Gpu) => Promise<void>): Promise<Set<string>> {
  const gpu = await openNodeGpu();
  try {
    const pipeline = vi.spyOn(gpu, 'pipeline');
    await work(gpu);
    return new Set(pipeline.mock.calls.map(([{ name }]) => name));
  } finally {
    gpu.destroy();
  }
}

/** A step of training on a few sequences with everything that a step may need, and decoding. */
async function step(gpu: Gpu, fixture: string, capacity: Parameters<typeof openModel>[2] = {}): Promise<void> {
  const policy = await openModel(gpu, fixturePath(fixture), capacity);
  if (capacity.lora) policy.decoder.loraState.dropout = { rate: 0.1, seed: 1, stream: 1 };
  const batch = policy.plan([{ ids: [1, 2, 3, 4, 5, 6], from: 2 }]);
  const { logprob } = await policy.score(batch, true);
  policy.zeroGradients();
  policy.accumulate(batch, new Float32Array(logprob.length).fill(1));
  await policy.update({ lr: 1e-3, beta1: 0.9, beta2: 0.95, eps: 1e-8, weightDecay: 0, clipNorm: 1 });
  const options = { temperature: 1, topK: 0, topP: 1, maxNewTokens: 3, endIds: [1 << 30], seed: 1, stream: 1 };
  await generate(policy.decoder, [{ ids: [1, 2, 3], count: 2 }], options);
  policy.destroy();
}

it('the self-test dispatches every kernel that the engine dispatches, and every kernel there is', async () => {
  const used = await dispatched(async (gpu) => {
    const { run } = await openRun(gpu, { steps: 1 });
    await run.next();
    run.destroy();
    await step(gpu, 'qwen2-window'); // biases, rotary embedding alone, a sliding window
    await step(gpu, 'olmo2'); // norms behind, and over whole projections
    const targets = ['q_proj', 'up_proj', 'down_proj'] as const;
    const lora: LoraSettings = { rank: 3, alpha: 6, dropout: 0.1, targets, rankStabilised: false };
    for (const format of WEIGHT_FORMATS) await step(gpu, 'llama', { lora, format });
    for (const variant of MATMUL_VARIANTS) {
      setMatmulVariant(gpu, variant);
      await step(gpu, 'llama', { lora });
    }
  });
  const checked = await dispatched(async (gpu) => {
    expect((await selfTestKernels(gpu)).failed).toEqual([]);
  });
  const stems = (names: Iterable<string>) => [...new Set([...names].map((name) => stemOf(name) ?? name))].sort();
  const all = STEMS.filter((stem) => !PROBES.includes(stem)).sort();
  expect(stems(used), 'kernels that nothing dispatches').toEqual(all);
  expect(stems(checked), 'kernels that the self-test dispatches').toEqual(all);
  // how a matrix's rows are read is part of a kernel: each is checked in every format that it is used in
  const formats = (names: Iterable<string>) =>
    WEIGHT_FORMATS.flatMap((format) => [
      ...new Set([...names].filter((name) => name.endsWith(`-${format}`)).map((name) => `${stemOf(name)} ${format}`)),
    ]);
  expect(formats(checked)).toEqual(expect.arrayContaining(formats(used)));
  expect(formats(used).length).toBeGreaterThan(8);
});
