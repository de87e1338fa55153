/** The curves of a run, as rows for the charts: one row a step, null where a curve has no value. */
import type { StepFigures } from '../../runs/events';
import type { Sequence } from '../state/series';

export interface Row {
  readonly step: number;
  readonly [curve: string]: number | null;
}

/** A value that is measured now and then, not every step. */
export interface Dot {
  readonly step: number;
  readonly value: number;
}

/** One curve of steps with the figures F. */
export interface Line<F = StepFigures> {
  readonly key: string;
  readonly label: string;
  /** solid: the run; dashed: a threshold; faint: a companion; dots: measured now and then. */
  readonly look: 'solid' | 'dashed' | 'faint' | 'dots';
  of(figures: F): number | null;
}

export interface Figure<F = StepFigures> {
  readonly title: string;
  readonly doc: string;
  readonly lines: readonly Line<F>[];
  readonly domain?: readonly [number, number];
  readonly large?: boolean;
  /** Stretches of steps, first to last, that are greyed. */
  bands?(steps: Sequence<F>): [number, number][];
  /** A word on the last step. */
  state?(last: F): string;
}

export const FIGURES: readonly Figure[] = [
  {
    title: 'Reward',
    doc: 'mean reward of a step’s rollouts; held-out accuracy as dots',
    domain: [0, 1],
    large: true,
    lines: [
      { key: 'reward', label: 'reward', look: 'solid', of: (f) => f.reward },
      { key: 'dots', label: 'held-out', look: 'dots', of: () => null },
    ],
  },
  {
    title: 'Gate',
    doc: 'the gate’s statistic with its thresholds, and the teacher’s mean entropy, nats; grey where λ = 0',
    large: true,
    bands: closedBands,
    state: (last) => last.gateState,
    lines: [
      { key: 'teacher', label: 'H_T', look: 'faint', of: (f) => f.teacherEntropy },
      { key: 'statistic', label: 'statistic', look: 'solid', of: (f) => f.gateStatistic },
      { key: 'closes', label: 'closes', look: 'dashed', of: (f) => f.gateClosesBelow },
      { key: 'opens', label: 'opens', look: 'dashed', of: (f) => f.gateOpensAbove },
    ],
  },
  {
    title: 'Loss',
    doc: 'policy-gradient loss',
    lines: [{ key: 'loss', label: 'loss', look: 'solid', of: (f) => f.loss }],
  },
  {
    title: 'Gradient norm',
    doc: 'before clipping',
    lines: [{ key: 'norm', label: 'norm', look: 'solid', of: (f) => f.gradNorm }],
  },
  {
    title: 'Response length',
    doc: 'mean tokens a rollout',
    lines: [{ key: 'length', label: 'tokens', look: 'solid', of: (f) => f.responseLength }],
  },
  {
    title: 'Tokens a second',
    doc: 'sampled tokens over the step’s wall time',
    lines: [{ key: 'speed', label: 'tokens/s', look: 'solid', of: (f) => f.tokensPerSecond }],
  },
];

/** The figures of a step as a table. */
export const COLUMNS: readonly (readonly [string, (f: StepFigures) => number | string | null])[] = [
  ['step', (f) => String(f.step)],
  ['reward', (f) => f.reward],
  ['statistic', (f) => f.gateStatistic],
  ['H_T', (f) => f.teacherEntropy],
  ['gate', (f) => f.gateState],
  ['λ', (f) => f.lambda],
  ['loss', (f) => f.loss],
  ['norm', (f) => f.gradNorm],
  ['length', (f) => f.responseLength],
  ['tokens/s', (f) => f.tokensPerSecond],
];

/** At most `most` of `items`, evenly spread, the first and the last among them. */
export function thin<T>(items: Sequence<T>, most: number): T[] {
  if (items.length <= most) return items.slice();
  return Array.from({ length: most }, (_, i) => items.at(Math.round((i * (items.length - 1)) / (most - 1))) as T);
}

/** Rows of a figure, thinned to the chart's width; dots are never thinned away. */
export function rowsOf<F extends { step: number }>(
  figure: Figure<F>,
  steps: Sequence<F>,
  dots: readonly Dot[],
  most: number,
): Row[] {
  const rows = new Map<number, Row>();
  for (const f of thin(steps, most)) {
    rows.set(f.step, {
      step: f.step,
      ...Object.fromEntries(figure.lines.map((line) => [line.key, finite(line.of(f))])),
    });
  }
  if (figure.lines.some((line) => line.look === 'dots')) {
    for (const { step, value } of dots) rows.set(step, { ...rows.get(step), step, dots: value });
  }
  return [...rows.values()].sort((a, b) => a.step - b.step);
}

const finite = (x: number | null): number | null => (x !== null && Number.isFinite(x) ? x : null);

/** Stretches of steps, first to last, in which the method's term was off: warm-up or gate closed. */
export function closedBands(steps: Sequence<StepFigures>): [number, number][] {
  const bands: [number, number][] = [];
  for (const { step, gateState } of steps) {
    if (gateState !== 'closed' && gateState !== 'warm-up') continue;
    const last = bands.at(-1);
    if (last && last[1] === step - 1) last[1] = step;
    else bands.push([step, step]);
  }
  return bands;
}
