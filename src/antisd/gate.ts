/**
 * The gate: a Schmitt trigger on the teacher's certainty. Closed, the step is plain GRPO. The state is plain data that
 * survives JSON, so a resumed run continues with the same bits.
 */
import { LARGEST_PERPLEXITY, LEAST_PERPLEXITY, perplexityOf } from './perplexity';
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
  lag: 0 | 1; // 1: acts on the state of the step before, the first step on an open gate (released code)
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

/** h of one batch; null where every sequence is masked. From each rollout's teacher entropies H_T and log-probabilities t (nats). */
export function gateStatistic(
  kind: GateStatistic,
  rollouts: readonly { H_T: ArrayLike<number>; t: ArrayLike<number> }[],
): number | null {
  const spoken = rollouts.filter((r) => r.H_T.length > 0);
  switch (kind) {
    case 'median-tokens':
      return median(spoken.flatMap((r) => Array.from(r.H_T)));
    case 'mean-tokens':
      return mean(spoken.flatMap((r) => Array.from(r.H_T)));
    case 'median-rollouts':
      return median(spoken.map((r) => mean(r.H_T)));
    case 'perplexity':
      return batchPerplexity(spoken);
  }
}

/** Mean teacher perplexity of a batch's sequences, those above 3 left out; null where none is left. */
export function batchPerplexity(rollouts: readonly { t: ArrayLike<number> }[]): number | null {
  const seen = rollouts.map(({ t }) => perplexityOf(t)).filter((p) => p <= LARGEST_PERPLEXITY);
  return seen.length > 0 ? mean(seen) : null;
}

/** The gate after a step whose statistic is h; a step without one leaves it as it is. Pure. */
export function updateGate(gate: Gate, h: number | null, s: GateSettings): Gate {
  if (h === null) return gate;
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
  const { closesBelow, opensAbove } = thresholdsAt(level, s);
  const closed = smoothed < (gate.closed ? opensAbove : closesBelow);
  return { steps, warm, smoothed, reference, closed, state: closed ? 'closed' : 'open' };
}

/** The thresholds at a reference level; a perplexity below 1.01 is as good as certainty whatever the warm-up was. */
function thresholdsAt(level: number, { kind, down, up }: GateSettings): { closesBelow: number; opensAbove: number } {
  const least = kind === 'perplexity' ? LEAST_PERPLEXITY : 0;
  return { closesBelow: Math.max(down * level, least), opensAbove: up * level };
}

/** The thresholds in the statistic's unit; null while there are none: off, warming up, or inert. */
export function gateThresholds(gate: Gate, s: GateSettings): { closesBelow: number | null; opensAbove: number | null } {
  if (gate.reference === null || (gate.state !== 'open' && gate.state !== 'closed'))
    return { closesBelow: null, opensAbove: null };
  return thresholdsAt(gate.reference, s);
}

/** Whether the term acts in the step that takes the gate from `before` to `after`. */
export function termActs(before: Gate, after: Gate, { kind, lag }: Pick<GateSettings, 'kind' | 'lag'>): boolean {
  if (kind === 'off') return true;
  if (lag === 1 && before.steps === 0) return true;
  const { state } = lag === 1 ? before : after;
  return state === 'open' || state === 'inert' || state === 'off';
}
