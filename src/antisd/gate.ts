/**
 * The gate: a Schmitt trigger on the teacher's certainty. Closed, the step is plain GRPO. The state is plain data that
 * survives JSON, so a resumed run continues with the same bits.
 */
import { mean, median } from './statistics';

/** What the gate can watch, of the teacher over the batch. */
export const GATE_STATISTICS = ['median-tokens', 'mean-tokens', 'median-rollouts', 'perplexity'] as const;
export type GateStatistic = (typeof GATE_STATISTICS)[number];

/** Against what: nothing, the warm-up's median (paper, perplexity), or the running maximum (peak). */
export const GATE_KINDS = ['off', 'paper', 'peak', 'perplexity'] as const;
export type GateKind = (typeof GATE_KINDS)[number];

/** Where the gate stands: the term acts where it is open, inert or off. */
export type GateState = 'warm-up' | 'open' | 'closed' | 'inert' | 'off';

export interface GateSettings {
  kind: GateKind;
  statistic: GateStatistic;
  warmup: number; // W: first steps, with λ = 0
  down: number; // closes below down · reference
  up: number; // opens at up · reference
  smoothing: number; // EMA factor of the statistic, 0: none
  floor: number; // a reference below this is noise: the gate is inert
}

export interface Gate {
  steps: number;
  warm: number[];
  smoothed: number | null;
  reference: number | null;
  closed: boolean;
  state: GateState;
}

export const newGate = (): Gate => ({
  steps: 0,
  warm: [],
  smoothed: null,
  reference: null,
  closed: false,
  state: 'warm-up',
});

/** Sequences of a larger teacher perplexity are left out (released code). */
const LARGEST_PERPLEXITY = 3;

/** h of one batch, from each rollout's teacher entropies H_T and log-probabilities t (nats). */
export function gateStatistic(
  kind: GateStatistic,
  rollouts: readonly { H_T: ArrayLike<number>; t: ArrayLike<number> }[],
): number {
  const spoken = rollouts.filter((r) => r.H_T.length > 0);
  switch (kind) {
    case 'median-tokens':
      return median(spoken.flatMap((r) => Array.from(r.H_T)));
    case 'mean-tokens':
      return mean(spoken.flatMap((r) => Array.from(r.H_T)));
    case 'median-rollouts':
      return median(spoken.map((r) => mean(r.H_T)));
    case 'perplexity':
      return mean(spoken.map((r) => Math.exp(-mean(r.t))).filter((p) => p <= LARGEST_PERPLEXITY));
  }
}

/** The gate after a step whose statistic is h. Pure. */
export function updateGate(gate: Gate, h: number, s: GateSettings): Gate {
  const steps = gate.steps + 1;
  const smoothed =
    gate.smoothed === null || s.smoothing === 0 ? h : s.smoothing * gate.smoothed + (1 - s.smoothing) * h;
  if (s.kind === 'off') return { ...gate, steps, smoothed, closed: false, state: 'off' };
  const warming = steps <= s.warmup;
  const warm = warming ? [...gate.warm, h] : gate.warm;
  let reference = gate.reference;
  if (s.kind === 'peak') reference = Math.max(reference ?? 0, smoothed);
  else if (reference === null && steps >= s.warmup) reference = median(warm.length > 0 ? warm : [h]);
  if (warming) return { steps, warm, smoothed, reference, closed: false, state: 'warm-up' };
  const level = reference ?? 0;
  if (level < s.floor) return { steps, warm, smoothed, reference, closed: false, state: 'inert' };
  const closed = gate.closed ? smoothed < s.up * level : smoothed < s.down * level;
  return { steps, warm, smoothed, reference, closed, state: closed ? 'closed' : 'open' };
}

/** The thresholds in the statistic's unit; null where there are none yet. */
export function gateThresholds(gate: Gate, s: GateSettings): { closesBelow: number | null; opensAbove: number | null } {
  if (s.kind === 'off' || gate.reference === null) return { closesBelow: null, opensAbove: null };
  return { closesBelow: s.down * gate.reference, opensAbove: s.up * gate.reference };
}

/** Whether the term acts in this step. */
export const termActs = (gate: Gate): boolean =>
  gate.state === 'open' || gate.state === 'inert' || gate.state === 'off';
