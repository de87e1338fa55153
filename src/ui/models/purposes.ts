/** What memory is for, in the order of the plan's table. */
import type { MemoryPlan } from '../../lab/events';

export const PURPOSES: readonly (readonly [name: keyof MemoryPlan, label: string])[] = [
  ['weights', 'Weights'],
  ['gradients', 'Gradients'],
  ['optimizer', 'Optimiser'],
  ['activations', 'Activations'],
  ['kvCache', 'KV cache'],
  ['scratch', 'Scratch'],
  ['total', 'Total'],
];
