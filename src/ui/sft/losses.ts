/** The loss of a token as a tint: −log p, how surprising the right token was to the model. */
import type { ExampleLosses } from '../../runs/sft-events';
import type { Measure } from '../heatmap/measures';

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
