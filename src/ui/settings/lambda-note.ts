/** When λ acts, in words: its field stands at 0.5 while a step's λ reads 0. */
import { resolveMethod } from '../../antisd/arms';
import type { TrainConfig } from '../../settings/config';

export function lambdaNote(config: TrainConfig): string | null {
  const { sign, gate } = resolveMethod(config);
  if (sign === 0) return 'This method has no such term: λ is 0.';
  if (gate.kind === 'off') return 'Acts from the first step on.';
  const { warmup } = gate;
  const first = warmup === 1 ? 'In the first step' : `In the first ${warmup} steps`;
  const warming = warmup > 0 ? `${first} λ is 0: the gate warms up. Later it` : 'It';
  return `${warming} is 0 wherever the gate is closed.`;
}
