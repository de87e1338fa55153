/** The curves of a run, as rows for the charts: one row a step, null where a curve has no value. */
import type { Metrics } from '../../runs/metrics';
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
export interface Line<F = never> {
  readonly key: string;
  readonly label: string;
  /** solid: the run; dashed: a threshold; faint: a companion; dots: measured now and then. */
  readonly look: 'solid' | 'dashed' | 'faint' | 'dots';
  of(figures: F): number | null;
}

export interface Figure<F = never> {
  readonly title: string;
  readonly doc: string;
  readonly lines: readonly Line<F>[];
  readonly domain?: readonly [number, number];
  readonly large?: boolean;
  /** What stands between the names of two lines of one stroke, the lower first. */
  readonly above?: string;
  /** Stretches of steps, first to last, that are greyed. */
  bands?(steps: Sequence<F>): [number, number][];
  /** A word on the last step. */
  state?(last: F): string;
}

/** A column of the table of steps: its head and its value. */
export type Column<F> = readonly [head: string, of: (figures: F) => number | string | null];

/** Companions are drawn below what they go with. */
const DEPTH: readonly Line['look'][] = ['faint', 'solid', 'dashed', 'dots'];

/** The charts that a table of metrics asks for, in its order. */
export function figuresOf<F extends { step: number }>(metrics: Metrics): Figure<F>[] {
  const figures = new Map<string, Figure<F>>();
  for (const [key, { label, definition, chart }] of Object.entries(metrics)) {
    if (!chart) continue;
    const { title, look = 'solid', large, domain, doc = definition } = chart;
    const of = (f: F) => f[key as keyof F];
    const figure = figures.get(title) ?? { title, doc, large, domain, lines: [] };
    if (look === 'state') {
      const state = (f: F) => String(of(f));
      figures.set(title, { ...figure, state, bands: (steps) => closedBands(steps, state) });
      continue;
    }
    const dots = look === 'dots';
    const read = (f: F) => (dots ? null : (of(f) as number | null));
    const line: Line<F> = { key: dots ? look : key, label: chart.label ?? label, look, of: read };
    const lines = [...figure.lines, line].sort((a, b) => DEPTH.indexOf(a.look) - DEPTH.indexOf(b.look));
    figures.set(title, { ...figure, lines });
  }
  return [...figures.values()];
}

/** The columns that it asks for. */
export const columnsOf = <F>(metrics: Metrics): Column<F>[] =>
  Object.entries(metrics).flatMap(([key, { label, column }]): Column<F>[] => {
    const of = (f: F) => f[key as keyof F] as number | string | null;
    if (column === 'count') return [[label, (f) => String(of(f))]];
    return column ? [[label, of]] : [];
  });

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
function closedBands<F extends { step: number }>(steps: Sequence<F>, stateOf: (f: F) => string): [number, number][] {
  const bands: [number, number][] = [];
  for (const f of steps) {
    if (stateOf(f) !== 'closed' && stateOf(f) !== 'warm-up') continue;
    const last = bands.at(-1);
    if (last && last[1] === f.step - 1) last[1] = f.step;
    else bands.push([f.step, f.step]);
  }
  return bands;
}
