/** One supervised update: mean negative log-probability over the tokens that carry loss. */
import type { SupervisedExample } from '../../data/types';
import { NotFinite } from '../../gpu/errors';
import type { Policy, UpdateOptions, UpdateResult } from './policy';

export interface SupervisedStep extends Pick<UpdateResult, 'gradNorm'> {
  loss: number; // nats a token that carries loss, before the update
  tokens: number; // prompts included
  learnt: number; // tokens that carry loss
  /** log p before the update: of each example in turn the tokens from the first that carries loss. */
  logprob: Float32Array;
}

/** The first token of an example that its loss asks for; the first of all is predicted by nothing. */
export const firstPredicted = ({ lossMask }: Pick<SupervisedExample, 'lossMask'>): number =>
  Math.max(1, lossMask.indexOf(1));

/** Examples as a batch with the loss mask of its predicted tokens. */
function planExamples(policy: Policy, examples: readonly SupervisedExample[]) {
  const sequences = examples.map((e) => ({ ids: e.ids, from: firstPredicted(e) }));
  const mask = examples.flatMap((e, i) => e.lossMask.slice(sequences[i].from));
  return { batch: policy.plan(sequences), mask, total: mask.reduce((a, b) => a + b, 0) };
}

const meanLoss = (logprob: Float32Array, mask: readonly number[], total: number): number =>
  -mask.reduce((sum, m, i) => sum + m * logprob[i], 0) / total;

/** Mean loss over examples, in nats a token that carries loss, without an update. */
export async function supervisedLoss(policy: Policy, examples: readonly SupervisedExample[]): Promise<number> {
  const { batch, mask, total } = planExamples(policy, examples);
  const { logprob } = await policy.score(batch);
  return meanLoss(logprob, mask, total);
}

/** One update on `examples`; `onPhase` hears when its parts begin. Throws NotFinite; the weights are then those before. */
export async function supervisedUpdate(
  policy: Policy,
  examples: readonly SupervisedExample[],
  options: UpdateOptions,
  onPhase: (phase: 'score' | 'backward') => void = () => {},
): Promise<SupervisedStep> {
  const { batch, mask, total } = planExamples(policy, examples);
  onPhase('score');
  const { logprob } = await policy.score(batch);
  const loss = meanLoss(logprob, mask, total);
  onPhase('backward');
  policy.zeroGradients();
  const weights = Float32Array.from(mask, (m) => -m / total);
  policy.accumulate(batch, weights);
  const { gradNorm, applied } = await policy.update(options);
  if (!applied)
    throw new NotFinite('The gradient is not finite. Lower the learning rate and resume from the last checkpoint.');
  const tokens = examples.reduce((n, e) => n + e.ids.length, 0);
  return { loss, gradNorm, tokens, learnt: total, logprob };
}

/** Linear warm-up to `learningRate`, then a cosine to `finalFactor` of it at step `steps`. */
export function cosineRate(
  o: { steps: number; learningRate: number; warmupSteps: number; finalFactor: number },
  step: number,
): number {
  if (step <= o.warmupSteps) return (o.learningRate * step) / o.warmupSteps;
  const progress = (step - o.warmupSteps) / Math.max(1, o.steps - o.warmupSteps);
  return o.learningRate * (o.finalFactor + (1 - o.finalFactor) * 0.5 * (1 + Math.cos(Math.PI * progress)));
}
