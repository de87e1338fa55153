/** The words of a memory plan: what memory is for, and whether it fits. */

import type { ModelPlan } from '../../library/memory-plan';
import type { MemoryPlan } from '../../model/net/decoder';

export const PURPOSES: readonly (readonly [name: keyof MemoryPlan, label: string])[] = [
  ['weights', 'Weights'],
  ['gradients', 'Gradients'],
  ['optimizer', 'Optimiser'],
  ['activations', 'Activations'],
  ['kvCache', 'KV cache'],
  ['scratch', 'Scratch'],
  ['total', 'Total'],
];

/** Whether a row fits, and the largest that would where the memory is known. */
export function verdict({ refused, largest }: ModelPlan['rows'][number], { memory }: ModelPlan['room']): string {
  const count = (n: number): string => n.toLocaleString('en-US');
  if (refused !== null) {
    const smaller =
      largest.positions > 0 ? ` One response at a time in a context of ${count(largest.positions)} would.` : '';
    return `Does not fit: ${refused}.${smaller}`;
  }
  if (!Number.isFinite(memory)) return 'No buffer is too large; whether all fit depends on the memory.';
  return `Fits; at most micro-batches of ${count(largest.tokens)} tokens, or a context of ${count(largest.positions)}.`;
}
