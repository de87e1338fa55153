/** What a token's tint can show. Domains are fixed, so that heatmaps side by side share their scale. */

import type { ColumnName } from '../../antisd/signals';
import { sum } from '../../antisd/statistics';
import { TINT_DOMAIN } from '../../inspect/tint';
import type { RolloutView } from '../state/snapshot';
import type { TintScale } from '../tokens/tint';

/** The per-token columns that a tint can show. */
export type Columns = Readonly<Record<ColumnName, ArrayLike<number>> & { v?: ArrayLike<number> }>;

export interface Measure extends TintScale {
  readonly label: string;
  readonly doc: string;
  readonly unit: string;
  /** Amounts of numbers that are never above zero: log-probabilities. */
  readonly negative?: boolean;
  /** What the two ends of the scale mean. */
  readonly ends?: readonly [below: string, above: string];
  of(columns: Columns): ArrayLike<number>;
}

export const MEASURES = {
  u: {
    label: 'u',
    doc: 'u = log p(token | x, c) − log p(token | x)',
    unit: 'nats',
    domain: TINT_DOMAIN,
    scale: 'both',
    ends: ['deliberation', 'shortcut'],
    of: (r) => r.u,
  },
  term: {
    label: 'term',
    doc: 'what the method adds to the advantage',
    unit: '',
    domain: 0.5,
    scale: 'both',
    of: (r) => r.term,
  },
  advantage: {
    label: 'advantage',
    doc: 'total advantage that trains the token',
    unit: '',
    domain: 2,
    scale: 'both',
    of: (r) => r.advantage,
  },
  H_S: {
    label: 'H_S',
    doc: 'student’s entropy at the position',
    unit: 'nats',
    domain: 2,
    scale: 'amount',
    of: (r) => r.H_S,
  },
  H_T: {
    label: 'H_T',
    doc: 'teacher’s entropy at the position',
    unit: 'nats',
    domain: 2,
    scale: 'amount',
    of: (r) => r.H_T,
  },
  s: {
    label: 's',
    doc: 'student’s log-probability of the token',
    unit: 'nats',
    domain: 4,
    scale: 'amount',
    negative: true,
    of: (r) => r.s,
  },
  t: {
    label: 't',
    doc: 'teacher’s log-probability of the token',
    unit: 'nats',
    domain: 4,
    scale: 'amount',
    negative: true,
    of: (r) => r.t,
  },
  step: {
    label: 'step',
    doc: 'the task’s verdict on the token’s step',
    unit: '',
    domain: 1,
    scale: 'both',
    ends: ['wrong', 'right'],
    of: (r) => (r.v ? Array.from(r.v, Math.sign) : r.u),
  },
} as const satisfies Record<string, Measure>;

/** The measures of what is shown: that of steps where a method rewards them. */
export const measuresOf = (rewardsSteps: boolean): Readonly<Partial<typeof MEASURES>> => {
  const { step, ...others } = MEASURES;
  return rewardsSteps ? { ...others, step } : others;
};

export type MeasureName = keyof typeof MEASURES;

export type FilterName = 'all' | 'correct' | 'incorrect';
export type SortName = 'order' | 'reward' | 'size';

export const FILTERS: Record<FilterName, string> = { all: 'all', correct: 'correct', incorrect: 'incorrect' };
export const SORTS: Record<SortName, string> = { order: 'as sampled', reward: 'by reward', size: 'by mean |u|' };

/** Mean |u| over the tokens of a rollout, nats; 0 before it is scored. */
export function meanSize({ signals }: RolloutView): number {
  return signals && signals.u.length > 0 ? sum(signals.u.map(Math.abs)) / signals.u.length : 0;
}

export interface ProblemGroup {
  readonly group: number;
  readonly question: string;
  readonly rollouts: readonly RolloutView[];
}

/** Rollouts by problem, filtered and sorted. Those not yet scored pass every filter: nothing is known of them. */
export function arrange(rollouts: readonly RolloutView[], filter: FilterName, sort: SortName): ProblemGroup[] {
  const groups = new Map<number, RolloutView[]>();
  for (const r of rollouts) {
    if (r.signals && filter !== 'all' && (r.signals.reward === 1) !== (filter === 'correct')) continue;
    const members = groups.get(r.group);
    if (members) members.push(r);
    else groups.set(r.group, [r]);
  }
  const out = [...groups].map(([group, members]) => ({ group, question: members[0].question, rollouts: members }));
  if (sort === 'order') return out;
  const key = (r: RolloutView): number => (sort === 'reward' ? (r.signals?.reward ?? 0) : meanSize(r));
  const mean = (rs: readonly RolloutView[]): number => sum(rs.map(key)) / rs.length;
  for (const g of out) g.rollouts.sort((a, b) => key(b) - key(a));
  return out.sort((a, b) => mean(b.rollouts) - mean(a.rollouts));
}
