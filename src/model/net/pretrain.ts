/** Supervised training of a model from scratch on a task's corpus. */
import type { SupervisedExample } from '../../data/types';
import type { Policy } from './policy';
import { type SupervisedStep, supervisedUpdate } from './supervised';

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

export interface PretrainStep extends Omit<SupervisedStep, 'logprob'> {
  step: number; // 1-based
  lr: number;
}

/** Linear warm-up, then cosine to finalFactor of the peak. */
export function cosineRate(
  o: Pick<PretrainOptions, 'steps' | 'learningRate' | 'warmupSteps' | 'finalFactor'>,
  step: number,
): number {
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
  const lr = cosineRate(o, step);
  const { logprob: _, ...figures } = await supervisedUpdate(policy, examples, { ...o, lr, eps: 1e-8 });
  return { step, lr, ...figures };
}
