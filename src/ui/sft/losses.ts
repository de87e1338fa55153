/** The loss of a token as a tint: −log p, how surprising the right token was to the model. */
import { TINT_STEPS } from '../../inspect/tint';
import type { ExampleLosses } from '../../runs/sft-events';
import type { Measure } from '../heatmap/measures';
import type { Marks } from '../tokens/painter';

/** A scale like those of the heatmap of rollouts; its column is none of theirs. */
export const LOSS: Omit<Measure, 'of'> = {
  label: 'loss',
  doc: '−log p(token | what stands before it), before the update',
  unit: 'nats',
  domain: 4,
  scale: 'amount',
};

/** −log p of token `i`, nats; null where it was not predicted. */
export const lossAt = ({ from, loss }: ExampleLosses, i: number): number | null => loss[i - from] ?? null;

/** The marks of an example's tokens: which are learnt, and how surprising each of these was. */
export function lossMarks(example: ExampleLosses): Marks {
  const learnt = learntColumn(example);
  return {
    learnt,
    values: Float32Array.from(learnt, (x, i) => (x === 1 ? (lossAt(example, i) ?? 0) : 0)),
    scale: LOSS,
  };
}

/** The marks of an example that no model has read yet: which tokens are learnt. */
export function learntMarks(example: ExampleLosses): Marks {
  const learnt = learntColumn(example);
  return { learnt, values: learnt, scale: { domain: 1 / TINT_STEPS[0], scale: 'amount' } };
}

/** 1 for every token that is learnt. */
const learntColumn = ({ tokens, from, learnt }: ExampleLosses): Uint8Array =>
  Uint8Array.from(tokens, (_, i) => learnt[i - from] ?? 0);

/** Mean loss over the learnt tokens of an example, nats. */
export function meanLoss({ loss, learnt }: ExampleLosses): number {
  let sum = 0;
  let n = 0;
  loss.forEach((x, i) => {
    if (learnt[i] !== 1) return;
    sum += x;
    n += 1;
  });
  return n > 0 ? sum / n : 0;
}
