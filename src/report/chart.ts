/** A chart as SVG: lines with bands, ink on paper. A dash pattern tells lines apart, so that it can be printed in one colour. */
import { compact } from '../data/numbers';
import { type Shape, shape } from './shape';

export interface ChartLine {
  readonly label: string;
  readonly band: readonly { readonly x: number; readonly y: number; readonly low: number; readonly high: number }[];
  /** Thin lines of what the mean is of. */
  readonly parts?: readonly (readonly { readonly x: number; readonly y: number }[])[];
}

export interface Chart {
  /** Names its file. */
  readonly id: string;
  readonly title: string;
  readonly doc: string;
  readonly axis: string;
  readonly domain?: readonly [number, number];
  /** How far the axis goes at least. */
  readonly reach?: number;
  readonly lines: readonly ChartLine[];
  /** Of the drawing, in the units of its 12-unit letters; WIDTH unless told. */
  readonly width?: number;
}

export const WIDTH = 640;
/** Where a phone shows it: its letters are then as large as the text around it. */
export const NARROW = 360;
const PLOT = { left: 52, right: 16, top: 12, height: 252 } as const;
const LEGEND_ROW = 18;
/** Of a character of the legend, about. */
const CHARACTER = 6.4;
const SAMPLE = 34;

/** Told apart on paper: patterns, and beyond them lighter ink. */
const STYLES: readonly (readonly [dash: string, width: number])[] = [
  ['', 2.2],
  ['2 3', 1.9],
  ['8 3', 1.7],
  ['8 3 2 3', 1.7],
  ['1 5', 1.9],
  ['14 4', 1.3],
  ['', 0.9],
  ['5 2 1 2 1 2', 1.5],
];
const styleOf = (i: number): Shape['attributes'] => {
  const [dash, width] = STYLES[i % STYLES.length];
  return {
    stroke: 'currentColor',
    fill: 'none',
    'stroke-width': width,
    ...(dash && { 'stroke-dasharray': dash }),
    ...(i >= STYLES.length && { opacity: 0.55 }),
  };
};

interface Scale {
  readonly ticks: readonly number[];
  readonly at: (value: number) => number;
}

/** Round steps of 1, 2, 2.5 or 5 through a range, about `count` of them. */
export function ticksOf(low: number, high: number, count: number): number[] {
  const raw = (high - low) / count || 1;
  const power = 10 ** Math.floor(Math.log10(raw));
  const far = (s: number): number => Math.abs(Math.log(s / raw));
  const step = [1, 2, 2.5, 5, 10].map((m) => m * power).reduce((a, b) => (far(b) < far(a) ? b : a));
  const first = Math.ceil(low / step - 1e-9);
  return Array.from({ length: Math.floor(high / step + 1e-9) - first + 1 }, (_, i) =>
    Number(((first + i) * step).toPrecision(12)),
  );
}

function scaleOf(
  values: readonly number[],
  from: number,
  to: number,
  count: number,
  domain?: readonly [number, number],
): Scale {
  const low = domain?.[0] ?? values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const high = domain?.[1] ?? values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const [l, h] = low < high ? [low, high] : [low - 0.5, low + 0.5];
  return { ticks: ticksOf(l, h, count), at: (value) => from + ((value - l) / (h - l)) * (to - from) };
}

const path = (points: readonly (readonly [x: number, y: number])[]): string =>
  points.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(' ');

/** A label of the legend: its place, and its text, which has several rows where one would be wider than the chart. */
interface Entry {
  readonly x: number;
  readonly row: number;
  readonly texts: readonly string[];
}

/** Where the labels of a legend stand, and how many rows they take. */
function legendOf(labels: readonly string[], within: number): { entries: Entry[]; rows: number } {
  let [x, row] = [PLOT.left, 0];
  const most = Math.floor((within - PLOT.left - SAMPLE) / CHARACTER);
  const entries = labels.map((label) => {
    const texts = wrapped(label, most);
    const width = SAMPLE + 22 + label.length * CHARACTER;
    if (x > PLOT.left && x + width > within) [x, row] = [PLOT.left, row + 1];
    const entry = { x, row, texts };
    x += width;
    row += texts.length - 1;
    return entry;
  });
  return { entries, rows: row + 1 };
}

/** A text in rows of at most so many characters, broken between words. */
function wrapped(text: string, most: number): string[] {
  const rows: string[] = [];
  for (const word of text.split(' ')) {
    const longer = rows.length > 0 ? `${rows[rows.length - 1]} ${word}` : word;
    if (rows.length > 0 && longer.length <= most) rows[rows.length - 1] = longer;
    else rows.push(word);
  }
  return rows;
}

/** The drawing. Its lines have `data-label`; null where there is nothing to draw. */
export function draw({ title, axis, domain, reach = 0, lines, width = WIDTH }: Chart): Shape | null {
  const drawn = lines.filter(({ band }) => band.length > 0);
  if (drawn.length === 0) return null;
  const all = drawn.flatMap(({ band, parts = [] }) => [
    ...band.flatMap(({ x, y, low, high }) => [
      { x, y },
      { x, y: low },
      { x, y: high },
    ]),
    ...parts.flat(),
  ]);
  const bottom = PLOT.top + PLOT.height;
  const xs = all.map(({ x }) => x);
  const X = scaleOf([Math.min(0, xs[0]), reach, ...xs], PLOT.left, width - PLOT.right, Math.round(width / 105));
  const Y = scaleOf(
    all.map(({ y }) => y),
    bottom,
    PLOT.top,
    4,
    domain,
  );
  const legend = legendOf(
    lines.map(({ label }) => label),
    width,
  );
  const height = bottom + 44 + LEGEND_ROW * legend.rows;
  const attributes = { viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': title, fill: 'currentColor' };
  return shape(
    'svg',
    { ...attributes, 'font-family': 'Inter, system-ui, sans-serif', 'font-size': 12 },
    shape('title', {}, title),
    ...grid(X, Y, bottom, width - PLOT.right),
    shape('text', { x: (PLOT.left + width - PLOT.right) / 2, y: bottom + 32, 'text-anchor': 'middle' }, axis),
    ...lines.flatMap((line, i) => curve(line, i, X, Y)),
    ...legend.entries.flatMap((entry, i) => key(entry, i, bottom + 54)),
  );
}

function grid(X: Scale, Y: Scale, bottom: number, right: number): Shape[] {
  const line = { x1: PLOT.left, x2: right, stroke: 'currentColor', opacity: 0.15 };
  return [
    ...Y.ticks.flatMap((tick) => [
      shape('line', { ...line, y1: Y.at(tick), y2: Y.at(tick) }),
      shape('text', { x: PLOT.left - 8, y: Y.at(tick) + 4, 'text-anchor': 'end' }, compact(tick)),
    ]),
    ...X.ticks.map((tick) => shape('text', { x: X.at(tick), y: bottom + 16, 'text-anchor': 'middle' }, compact(tick))),
  ];
}

function curve({ label, band, parts = [] }: ChartLine, i: number, X: Scale, Y: Scale): Shape[] {
  if (band.length === 0) return [];
  const to = (y: (point: ChartLine['band'][number]) => number) =>
    band.map((point): [number, number] => [X.at(point.x), Y.at(y(point))]);
  const edge = [...to(({ high }) => high), ...to(({ low }) => low).reverse()];
  const isWide = band.some(({ low, high }) => high > low);
  const style = styleOf(i);
  const thin = { ...style, 'stroke-width': 0.7, opacity: 0.4 };
  return [
    ...(isWide ? [shape('polygon', { points: path(edge), opacity: 0.1 })] : []),
    ...(parts.length > 1
      ? parts.map((points) =>
          shape('polyline', { ...thin, points: path(points.map(({ x, y }) => [X.at(x), Y.at(y)])) }),
        )
      : []),
    band.length > 1
      ? shape('polyline', { ...style, 'data-label': label, points: path(to(({ y }) => y)) })
      : shape('circle', { cx: X.at(band[0].x), cy: Y.at(band[0].y), r: 3, 'data-label': label }),
  ];
}

const key = ({ x, row, texts }: Entry, i: number, top: number): Shape[] => {
  const y = top + LEGEND_ROW * row;
  return [
    shape('line', { ...styleOf(i), x1: x, x2: x + SAMPLE - 6, y1: y, y2: y }),
    ...texts.map((text, k) => shape('text', { x: x + SAMPLE, y: y + LEGEND_ROW * k + 4 }, text)),
  ];
};
