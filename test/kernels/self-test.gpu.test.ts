/**
 * The self-test: what it finds, and that every kernel that training, decoding and scoring dispatch belongs to one of its
 * cases. No kernel is dead.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import type { Gpu } from '../../src/gpu/device';
import { attentionVariant, setAttentionVariant } from '../../src/kernels/attention/attention-variant';
import { matmulVariant, setMatmulVariant } from '../../src/kernels/matmul/variants';
import { selfTestKernels } from '../../src/kernels/self-test/self-test';
import { WEIGHT_FORMATS } from '../../src/kernels/weight-format/weight-format';
import { NANO_CONFIG } from '../../src/model/net/config';
import { generate } from '../../src/model/net/generate';
import type { LoraSettings } from '../../src/model/net/lora';
import { ParameterLayout } from '../../src/model/net/parameters';
import { Policy } from '../../src/model/net/policy';
import { fixturePath, openModel } from '../setup/fixtures';
import { idle, testDevice } from '../setup/gpu';
import { openRun } from '../setup/session';

const device = testDevice();
afterEach(() => {
  vi.restoreAllMocks();
  setMatmulVariant(device.gpu, device.gpu.adapter.software ? 'broadcast' : 'tiles');
});

const KERNELS = join(import.meta.dirname, '../../src/kernels');
/** The files with an entry point, by their stems; a kernel's name is its stem, or its stem and what it was made for. */
const STEMS = readdirSync(KERNELS, { recursive: true })
  .map(String)
  .filter((file) => file.endsWith('.wgsl') && readFileSync(join(KERNELS, file), 'utf8').includes('@compute'))
  .map((file) => basename(file, '.wgsl'));
/** Yardsticks of the bench: nothing is computed with them. */
const PROBES = ['probe-copy', 'probe-fma'];
/** Takes matrix units, which no adapter here has (matmul.gpu.test.ts compiles it). */
const UNITS = 'matmul-matrix';
/** Adds the sums of a long K, which the small steps here do not have. */
const LONG_SUM = 'matmul-split-sum';

const stemOf = (name: string): string | undefined =>
  STEMS.filter((stem) => name === stem || name.startsWith(`${stem}-`)).sort((a, b) => b.length - a.length)[0];

/** Names of the kernels that `work` dispatches on `gpu`. */
async function dispatched(gpu: Gpu, work: () => Promise<void>): Promise<Set<string>> {
  const pipeline = vi.spyOn(gpu, 'pipeline');
  await work();
  return new Set(pipeline.mock.calls.map(([{ name }]) => name));
}

/** A step of distilling over the likeliest tokens, from a teacher that follows. */
async function distilled(gpu: Gpu): Promise<void> {
  const { run } = await openRun(gpu, { arm: 'sdpo', distilOver: 'top-k', distilAlpha: 0.5, context: 'dataset' });
  await run.next();
  run.destroy();
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

/** Decoding with wide heads and a cache of two parts: what every adapter takes the form for GPUs for. */
async function decodeWideHeads(gpu: Gpu): Promise<void> {
  const config = { ...NANO_CONFIG, layers: 1, sliding: [false], headDim: 128 };
  const sizes = {
    tokens: 132,
    targets: 1,
    positions: 136,
    rows: 1,
    maxNewTokens: 2,
    training: false,
    recompute: false,
  };
  const weights = new Float32Array(new ParameterLayout(config).count).fill(0.01);
  const policy = await Policy.create(gpu, config, sizes, weights);
  const options = { temperature: 1, topK: 0, topP: 1, maxNewTokens: 2, endIds: [], seed: 1, stream: 1 };
  await generate(policy.decoder, [{ ids: new Array<number>(130).fill(1), count: 1 }], options);
  policy.destroy();
}

let checked: Set<string>;

it('finds every kernel right on this adapter, tells how far it is, and leaves nothing behind', async () => {
  const { gpu } = device;
  checked = await dispatched(gpu, async () => {
    const [variant, before] = [matmulVariant(gpu), gpu.liveBuffers];
    const steps: [number, number, string][] = [];
    const result = await selfTestKernels(gpu, (...step) => steps.push(step));
    expect(result.failed).toEqual([]);
    expect(result.passed).toBeGreaterThanOrEqual(70);
    expect(matmulVariant(gpu)).toBe(variant);
    expect(gpu.liveBuffers).toBe(before);
    // pipelines first, then the cases; each counts once
    const total = steps.length;
    expect(total).toBeGreaterThan(result.passed + 50);
    expect(steps.map(([done, of]) => [done, of])).toEqual(steps.map((_, i) => [i + 1, total]));
    const names = steps.map(([, , name]) => name);
    expect(names.slice(0, total - result.passed)).toContain('attention-decode-d8');
    expect(names.slice(total - result.passed)).toContain('swiglu N 3 F 7');
  });
});

it('dispatches every kernel that the engine dispatches, and every kernel there is', async () => {
  const { gpu } = device;
  const trained = await dispatched(gpu, async () => {
    const { run } = await openRun(gpu, { steps: 1 });
    await run.next();
    run.destroy();
    await distilled(gpu);
  });
  const named = idle(gpu);
  setMatmulVariant(named, matmulVariant(gpu));
  const stepped = await dispatched(named, async () => {
    await step(named, 'qwen2-window'); // biases, rotary embedding alone, a sliding window
    await step(named, 'olmo2'); // norms behind, and over whole projections
    const targets = ['q_proj', 'up_proj', 'down_proj'] as const;
    const lora: LoraSettings = { rank: 3, alpha: 6, dropout: 0.1, targets, rankStabilised: false };
    for (const format of WEIGHT_FORMATS) await step(named, 'llama', { lora, format });
    await decodeWideHeads(named);
    for (const [variant, ofAttention] of [['tiles', 'tiles'] as const, ['plain', 'rows'] as const]) {
      setMatmulVariant(named, variant);
      setAttentionVariant(named, 8, ofAttention); // llama's heads
      await step(named, 'llama', { lora });
    }
  });
  const used = [...trained, ...stepped];
  const stems = (names: Iterable<string>) => [...new Set([...names].map((name) => stemOf(name) ?? name))].sort();
  const all = STEMS.filter((stem) => ![...PROBES, UNITS].includes(stem)).sort();
  expect(stems([...used, LONG_SUM]), 'kernels that nothing dispatches').toEqual(all);
  expect(stems(checked), 'kernels that the self-test dispatches').toEqual(all);
  // how a matrix's rows are read is part of a kernel: each is checked in every format that it is used in
  const formats = (names: Iterable<string>) =>
    WEIGHT_FORMATS.flatMap((format) => [
      ...new Set([...names].filter((name) => name.endsWith(`-${format}`)).map((name) => `${stemOf(name)} ${format}`)),
    ]);
  expect(formats(checked)).toEqual(expect.arrayContaining(formats(used)));
  expect(formats(used).length).toBeGreaterThan(8);
});

it('reports a kernel that comes out wrong, and takes the plain matmul where the variant in force is', async () => {
  const gpu = Object.create(device.gpu) as Gpu; // the same device, for what is found here to be forgotten
  const pipeline = device.gpu.pipeline.bind(device.gpu);
  // a driver that compiles swiglu and one product to something else
  gpu.pipeline = (kernel, constants) => {
    if (kernel.name === 'swiglu-forward') return pipeline({ ...kernel, name: 'nothing', code: empty(kernel.code) });
    if (kernel.name.startsWith('matmul-broadcast-nn'))
      return pipeline({ ...kernel, name: `nothing-${kernel.name}`, code: empty(kernel.code) }, constants);
    return pipeline(kernel, constants);
  };
  setMatmulVariant(gpu, 'broadcast');
  const { failed } = await selfTestKernels(gpu);
  expect(failed.filter((f) => f.startsWith('swiglu N 3 F 7, y: 21 of 21 differ'))).toHaveLength(1);
  expect(failed.every((f) => /^swiglu|^broadcast .*NN.*replaced by the plain variant$|^broadcast .*TN/.test(f))).toBe(
    true,
  );
  expect(failed.length).toBeGreaterThan(4);
  expect(matmulVariant(gpu)).toBe('plain');
});

it('reports a kernel that the driver does not compile, goes on, and takes rows where tiles fail', async () => {
  const gpu = Object.create(device.gpu) as Gpu; // the same device, for what is found here to be forgotten
  gpu.prepare = async (wanted) => {
    if (/^rope-forward|^attention-tiles-forward/.test(wanted[0].kernel.name)) throw new Error('out of registers');
    await device.gpu.prepare(wanted);
  };
  expect(attentionVariant(gpu, 128)).toBe('tiles');
  const { failed, passed } = await selfTestKernels(gpu);
  expect(failed.map((f) => f.replace(/ .*, /, ', '))).toEqual([
    'rope, rope-forward does not compile: out of registers',
    'attention, attention-tiles-forward-d8 does not compile: out of registers',
    'attention, attention-tiles-forward-d8 does not compile: out of registers',
  ]);
  expect(passed).toBeGreaterThan(70);
  expect(attentionVariant(gpu, 128)).toBe('rows');
});

/** The same bindings and constants, and no work. */
function empty(code: string): string {
  const main = code.indexOf('fn main(');
  const body = code.indexOf('{', main);
  return `${code.slice(0, body)}{ if (p.N == 0xffffffffu) { ${code.slice(body + 1, code.indexOf('\n}', body))} } }${code.slice(code.indexOf('\n}', body) + 2)}`;
}
