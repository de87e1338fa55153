/** Supervised training of a model from scratch on a task's corpus: mean negative log-probability over the tokens that carry loss. */
import type { SupervisedExample } from '../data/types';
import { NotFinite } from '../gpu/errors';
import type { Policy } from './policy';

export interface PretrainOptions {
  steps: number;
  batch: number; // examples a step
  learningRate: number; // peak
  warmupSteps: number;
  finalFactor: number; // learning rate at the end, as a share of the peak (cosine)
  beta1: number;
  beta2: number;
  weightDecay: number;
  clipNorm: number;
  seed: number;
}

/** The recipe of the nano task. */
export const NANO_RECIPE: PretrainOptions = {
  steps: 3500,
  batch: 64,
  learningRate: 3e-3,
  warmupSteps: 100,
  finalFactor: 0.03,
  beta1: 0.9,
  beta2: 0.98,
  weightDecay: 0.01,
  clipNorm: 1,
  seed: 0,
};

export interface PretrainStep {
  step: number; // 1-based
  loss: number; // nats a token that carries loss
  gradNorm: number;
  lr: number;
  tokens: number; // of this step, prompts included
}

/** Linear warm-up, then cosine to finalFactor of the peak. */
export function cosineRate(o: PretrainOptions, step: number): number {
  if (step <= o.warmupSteps) return (o.learningRate * step) / o.warmupSteps;
  const progress = (step - o.warmupSteps) / Math.max(1, o.steps - o.warmupSteps);
  return o.learningRate * (o.finalFactor + (1 - o.finalFactor) * 0.5 * (1 + Math.cos(Math.PI * progress)));
}

/** One update on the examples of `step` (1-based); a pure function of the weights, the options and the step. Throws NotFinite. */
export async function pretrainStep(
  policy: Policy,
  corpus: (index: number, seed: number) => SupervisedExample,
  o: PretrainOptions,
  step: number,
): Promise<PretrainStep> {
  const examples = Array.from({ length: o.batch }, (_, i) => corpus((step - 1) * o.batch + i, o.seed));
  const sequences = examples.map((e) => ({
    ids: e.ids,
    from: Math.max(
      1,
      e.lossMask.findIndex((m) => m > 0),
    ),
    mask: e.lossMask,
  }));
  const batch = policy.plan(sequences);
  const mask = sequences.flatMap((s) => s.mask.slice(s.from));
  const total = mask.reduce((a, b) => a + b, 0);
  const scores = await policy.score(batch);
  const loss = -mask.reduce((sum, m, i) => sum + m * scores.logprob[i], 0) / total;
  policy.zeroGradients();
  policy.accumulate(
    batch,
    Float32Array.from(mask, (m) => -m / total),
  );
  const lr = cosineRate(o, step);
  const { gradNorm, applied } = await policy.update({ ...o, lr, eps: 1e-8 });
  if (!applied)
    throw new NotFinite(
      `The gradient of pre-training step ${step} is not finite. Lower the learning rate and resume from the last checkpoint.`,
    );
  return { step, loss, gradNorm, lr, tokens: sequences.reduce((n, s) => n + s.ids.length, 0) };
}
