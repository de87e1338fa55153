/** What one step hands to the next, besides the policy. */

import type { Method } from './arms';
import { batchPerplexity, type Gate, newGate, updateGate } from './gate';
import { rowsOf, type TokenSignals } from './signals';
import { deviation } from './statistics';

/** JSON only: a checkpoint holds it. */
export interface MethodState {
  gate: Gate;
  /** Batch deviations of u in the warm-up; their mean is σ_ref. */
  deviations: number[];
  /** Batch perplexities of the warm-up; absent in checkpoints of earlier versions. */
  perplexities?: number[];
  totalTokens: number;
  /** The step after which the method began, of a run that another method's checkpoint began; absent: at its beginning. */
  since?: number;
}

export const newMethodState = (): MethodState => ({ gate: newGate(), deviations: [], totalTokens: 0 });

/** Another method takes over after step `since`: the gate, what its warm-up finds and λ's schedule begin anew. */
export const begunAnew = ({ totalTokens }: MethodState, since: number): MethodState => ({
  ...newMethodState(),
  totalTokens,
  since,
});

/** The state after a step of these scores, whose gate statistic is h; the first `warmup` steps (one at least) are measured. */
export function nextState(
  before: MethodState,
  h: number | null,
  signals: TokenSignals,
  method: Method,
  warmup: number,
): MethodState {
  const { deviations, perplexities = [], totalTokens } = before;
  const since = before.since === undefined ? {} : { since: before.since };
  const after = {
    ...since,
    gate: updateGate(before.gate, h, method.gate),
    totalTokens: totalTokens + signals.ids.length,
  };
  if (before.gate.steps >= Math.max(1, warmup)) return { ...before, ...after };
  const perplexity = batchPerplexity(rowsOf(signals));
  return {
    ...after,
    deviations: [...deviations, deviationOfU(signals)],
    perplexities: perplexity === null ? [...perplexities] : [...perplexities, perplexity],
  };
}

/** Over the step's tokens, in the precision of the host. */
const deviationOfU = ({ s, t }: TokenSignals): number => deviation(Array.from(t, (x, i) => x - s[i]));
