/** Whole training steps and decoding of the two models that other engines were measured on, and one RL step. */
import { NATIVE_TASK } from '../../data/tasks';
import { timeByKernel } from '../../gpu/profiler';
import type { Recorder } from '../../gpu/recorder';
import type { PlannedBatch } from '../../model/net/batch';
import type { ModelConfig } from '../../model/net/config';
import { generate } from '../../model/net/generate';
import { Policy } from '../../model/net/policy';
import type { RunEvent } from '../../runs/events';
import { reinforcedRun } from '../../runs/open-run';
import { parseTrainConfig } from '../../settings/config';
import { loadModel } from '../places';
import { type Bench, fastest, type Group } from './group';
import { drawSequences, drawWeights, plainShape } from './models';
import { megabytes, type Row } from './row';

interface Trained {
  readonly name: string;
  readonly config: ModelConfig;
  readonly sequences: number;
  readonly length: number;
  readonly gflop: number;
  readonly repeats: number;
}

const NANO: Trained = {
  name: 'nano',
  config: plainShape(96, 3, 3, 256, 126),
  sequences: 32,
  length: 64,
  gflop: 4.68,
  repeats: 4,
};
const SMALL: Trained = {
  name: 'small',
  config: plainShape(256, 4, 4, 768, 4096),
  sequences: 8,
  length: 128,
  gflop: 29.0,
  repeats: 2,
};

export const nano: Group = (b) => trained(b, NANO);
export const small: Group = async (b) => (b.quick ? undefined : trained(b, SMALL));

const ADAMW = { lr: 1e-4, beta1: 0.9, beta2: 0.95, eps: 1e-8, weightDecay: 0, decayAll: false, clipNorm: 1 };

/** Forward, loss, backward, clipping and AdamW over a batch, weights −1/tokens. */
export async function trainingStep(policy: Policy, batch: PlannedBatch): Promise<void> {
  const tokens = batch.starts[batch.parts.length];
  policy.zeroGradients();
  policy.accumulate(batch, new Float32Array(tokens).fill(-1 / tokens));
  await policy.update(ADAMW);
}

async function trained(b: Bench, m: Trained): Promise<void> {
  const tokens = m.sequences * m.length;
  const capacity = {
    tokens,
    targets: tokens,
    positions: 256,
    rows: 32,
    maxNewTokens: 64,
    training: true,
    recompute: false,
  };
  const before = b.gpu.liveBytes;
  const policy = await Policy.create(b.gpu, m.config, capacity, drawWeights(m.config));
  const bytes = b.gpu.liveBytes - before;
  const batch = policy.plan(drawSequences(m.sequences, m.length, m.config.vocabSize));
  const { recorder } = policy.decoder;
  const step = () => trainingStep(policy, batch);
  const cold = performance.now();
  await step();
  const first = (performance.now() - cold) / 1000;
  recorder.resetCounters();
  await step();
  const { dispatches, submits } = recorder;
  const { ms, cpuMs } = await fastest(step, m.repeats - 1);
  const gflops = m.gflop / (b.deviceMs({ ms, cpuMs }) / 1000);
  b.add({
    group: m.name,
    name: `training step, ${tokens} tokens`,
    ms,
    cpuMs,
    gflops,
    share: gflops / b.peak,
    note: `${Math.round(tokens / (ms / 1000))} tokens/s, ${dispatches} dispatches, ${submits} submits, ${megabytes(bytes)}, first step ${first.toFixed(1)} s`,
  });
  for (const count of [8, 32]) {
    const options = { temperature: 1, topK: 0, topP: 1, maxNewTokens: 64, seed: 0, stream: 0 };
    const run = () => generate(policy.decoder, [{ ids: [1, 2, 3, 4], count }], { ...options, endIds: [] });
    recorder.resetCounters();
    const { ms: all, cpuMs: cpu } = await fastest(run, 2);
    b.add({
      group: m.name,
      name: `decoding, batch ${count}`,
      ms: all / 64,
      cpuMs: cpu / 64,
      note: `${Math.round((1000 * count * 64) / all)} tokens/s, ${(recorder.dispatches / 3 / 64).toFixed(0)} dispatches a token`,
    });
  }
  if (b.kernels) for (const row of await kernelRows(recorder, step)) b.add(row);
  policy.destroy();
}

/**
 * Time by kernel over one step, the longest first. Time stamps cost a pass each, and a submit each where the adapter has
 * none, so the sum is above the step's own time.
 */
async function kernelRows(recorder: Recorder, step: () => Promise<void>): Promise<Row[]> {
  recorder.startProfile();
  await step();
  const profile = await recorder.endProfile();
  const note = profile.clock === 'host' ? ', no time stamps: each submitted alone' : '';
  return timeByKernel(profile).map(({ name, ms, dispatches }) => {
    return { group: 'kernel', name, ms, note: `${dispatches} dispatches${note}` };
  });
}

/** RL steps of 8 problems × 4 on the built-in model: the fastest, its phases apart. */
export const reinforcement: Group = async (b) => {
  const steps = (await antisdSteps(b, { problems: 8, group: 4, gateWarmup: 0 }, 3)).slice(1);
  const best = steps.reduce((x, y) => (x.seconds < y.seconds ? x : y));
  const phases = Object.entries(best.phaseMs).map(([phase, ms]) => `${phase} ${Math.round(ms)}`);
  b.add({
    group: 'RL step',
    name: 'nano, 32 rollouts',
    ms: best.seconds * 1000,
    note: `${best.tokens} tokens sampled; ms: ${phases.join(', ')}`,
  });
};

/** AntiSD on the built-in model and task, without evaluations: what each step told. Ends early where no time is left. */
export async function antisdSteps(
  { gpu, report, left }: Bench,
  config: object,
  count: number,
): Promise<Extract<RunEvent, { type: 'step' }>[]> {
  const events: RunEvent[] = [];
  const settings = parseTrainConfig({ arm: 'antisd', evalEvery: 0, ...config });
  const prepared = reinforcedRun(settings, await loadModel('nano'), NATIVE_TASK.task);
  const emit = (e: RunEvent) => void events.push(e);
  const run = await prepared.open({ gpu, device: report, store: null, emit, watched: false });
  for (let i = 0; i < count && (i === 0 || left() > 0); i++) await run.next();
  run.destroy();
  return events.filter((e) => e.type === 'step');
}
