/** The curves of a run, as rows for the charts: one row a step, null where a curve has no value. */
import type { StepFigures } from '../../lab/events';
import type { EvalFigures } from '../state/snapshot';

export interface Row {
  readonly step: number;
  readonly [curve: string]: number | null;
}

export interface Line {
  readonly key: string;
  readonly label: string;
  /** solid: the run; dashed: a threshold; faint: a companion; dots: measured now and then. */
  readonly look: 'solid' | 'dashed' | 'faint' | 'dots';
  of(figures: StepFigures): number | null;
}

export interface Figure {
  readonly title: string;
  readonly doc: string;
  readonly lines: readonly Line[];
  readonly domain?: readonly [number, number];
  readonly large?: boolean;
  /** Grey bands where the method's term was off. */
  readonly gateBands?: boolean;
}

export const FIGURES: readonly Figure[] = [
  {
    title: 'Reward',
    doc: 'mean reward of a step’s rollouts; held-out accuracy as dots',
    domain: [0, 1],
    large: true,
    lines: [
      { key: 'reward', label: 'reward', look: 'solid', of: (f) => f.reward },
      { key: 'accuracy', label: 'held-out', look: 'dots', of: () => null },
    ],
  },
  {
    title: 'Gate',
    doc: 'the gate’s statistic with its thresholds, and the teacher’s mean entropy, nats; grey where λ = 0',
    large: true,
    gateBands: true,
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

/** At most `most` of `items`, evenly spread, the first and the last among them. */
export function thin<T>(items: readonly T[], most: number): readonly T[] {
  if (items.length <= most) return items;
  return Array.from({ length: most }, (_, i) => items[Math.round((i * (items.length - 1)) / (most - 1))]);
}

/** Rows of a figure, thinned to the chart's width; held-out accuracies are never thinned away. */
export function rowsOf(
  figure: Figure,
  steps: readonly StepFigures[],
  evals: readonly EvalFigures[],
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
    for (const e of evals) rows.set(e.step, { ...rows.get(e.step), step: e.step, accuracy: e.accuracy });
  }
  return [...rows.values()].sort((a, b) => a.step - b.step);
}

const finite = (x: number | null): number | null => (x !== null && Number.isFinite(x) ? x : null);

/** Stretches of steps, first to last, in which the method's term was off: warm-up or gate closed. */
export function closedBands(steps: readonly StepFigures[]): [number, number][] {
  const bands: [number, number][] = [];
  for (const { step, gateState } of steps) {
    if (gateState !== 'closed' && gateState !== 'warm-up') continue;
    const last = bands.at(-1);
    if (last && last[1] === step - 1) last[1] = step;
    else bands.push([step, step]);
  }
  return bands;
}
