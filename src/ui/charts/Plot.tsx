import { type CSSProperties, type PointerEvent, useState } from 'react';
import { ticksOf } from '../../report/chart';
import { compact, plain } from '../format';
import type { Line as Curve, Row } from './curves';
import styles from './Plot.module.css';

const STROKES: Record<Curve['look'], { stroke: string; strokeWidth: number; strokeDasharray?: string }> = {
  solid: { stroke: 'var(--ink)', strokeWidth: 1.25 },
  faint: { stroke: 'var(--faint-line)', strokeWidth: 1 },
  dashed: { stroke: 'var(--ink-muted)', strokeWidth: 1, strokeDasharray: '3 3' },
  dots: { stroke: 'var(--ink-muted)', strokeWidth: 1 },
};
/** About as many values of the axis are named. */
const TICKS = 2;

interface Props {
  /** One at least; ascending. */
  rows: readonly Row[];
  lines: readonly Omit<Curve<never>, 'of'>[];
  /** Of y; that of the values where absent. */
  domain?: readonly [number, number];
  /** Stretches of steps, first to last, that are greyed. */
  bands?: readonly (readonly [number, number])[];
  /** What a point is called. */
  unit: string;
}

/**
 * Curves over steps. They are drawn in shares of a hundred and stretched by the style sheet, so that nobody has to ask how
 * large the place is: of six charts that change with every step asking would cost more than drawing.
 */
export function Plot({ rows, lines, domain, bands = [], unit }: Props) {
  const [pointed, point] = useState<number | null>(null);
  const last = rows[rows.length - 1].step;
  const [low, high] = domain ?? rangeOf(rows, lines);
  const x = (step: number): number => (last > 0 ? (100 * step) / last : 0);
  const y = (value: number): number => 100 - (100 * (value - low)) / (high - low);
  const row = pointed === null ? undefined : nearest(rows, pointed * last);
  const onPoint = ({ currentTarget, clientX }: PointerEvent): void => {
    const { left, width } = currentTarget.getBoundingClientRect();
    point((clientX - left) / width);
  };
  return (
    <div className={styles.place} onPointerMove={onPoint} onPointerDown={onPoint} onPointerLeave={() => point(null)}>
      {named(ticksOf(low, high, TICKS)).map(({ tick, name }) => (
        <span key={tick} className={styles.tick} style={{ '--from-top': `${y(tick)}%` } as CSSProperties}>
          {name}
        </span>
      ))}
      <svg className={styles.curves} viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true">
        {bands.map(([from, to]) => (
          <rect key={from} className={styles.band} x={x(from - 1)} width={x(to) - x(from - 1)} y={0} height={100} />
        ))}
        {row && <path className={styles.cursor} d={`M${x(row.step)} 0V100`} />}
        {lines.map(({ key, look }) => {
          const points = rows.map(({ step, [key]: value = null }) => ({
            x: x(step),
            y: value === null ? null : y(value),
          }));
          return (
            <g key={key}>
              <path {...STROKES[look]} d={pathOf(points, look === 'dots')} />
              {(look === 'dots' || rows.length === 1) && <path className={styles.dots} d={dotsOf(points)} />}
            </g>
          );
        })}
      </svg>
      {row && <Reading row={row} lines={lines} unit={unit} leftwards={x(row.step) > 50} />}
    </div>
  );
}

/** A line as the legend has it. */
export const Sample = ({ look }: Pick<Curve, 'look'>) => (
  <svg width="16" height="8" aria-hidden="true">
    {look === 'dots' ? (
      <circle cx="8" cy="4" r="2" fill="var(--ink)" />
    ) : (
      <line x1="0" y1="4" x2="16" y2="4" {...STROKES[look]} />
    )}
  </svg>
);

/** With as many digits as tell them apart. */
function named(ticks: readonly number[]): { tick: number; name: string }[] {
  const isShort = new Set(ticks.map(compact)).size === ticks.length;
  return ticks.map((tick) => ({ tick, name: isShort ? compact(tick) : String(tick).replace('-', '−') }));
}

/** Values that differ by less, as a share of their size, differ by rounding: between them no two ticks have names of their own. */
const ROUNDING = 1e-6;

/** Never empty: about a single value half of it lies to either side. */
function rangeOf(rows: readonly Row[], lines: Props['lines']): readonly [number, number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const row of rows)
    for (const { key } of lines) {
      const value = row[key] ?? null;
      if (value === null) continue;
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
  if (high - low > ROUNDING * Math.max(Math.abs(low), Math.abs(high))) return [low, high];
  const around = Number.isFinite(low) ? low : 0;
  const half = Math.abs(around) / 2 || 0.5;
  return [around - half, around + half];
}

interface Point {
  readonly x: number;
  readonly y: number | null;
}

/** Through the points; a line ends where a value is missing, but for `across`. */
function pathOf(points: readonly Point[], across: boolean): string {
  let on = false;
  let path = '';
  for (const { x, y } of points) {
    if (y !== null) path += `${on ? 'L' : 'M'}${x.toFixed(2)} ${y.toFixed(2)}`;
    if (y !== null || !across) on = y !== null;
  }
  return path;
}

const dotsOf = (points: readonly Point[]): string =>
  points.map(({ x, y }) => (y === null ? '' : `M${x.toFixed(2)} ${y.toFixed(2)}h0`)).join('');

const nearest = (rows: readonly Row[], step: number): Row =>
  rows.reduce((best, row) => (Math.abs(row.step - step) < Math.abs(best.step - step) ? row : best));

interface ReadingProps extends Pick<Props, 'lines' | 'unit'> {
  row: Row;
  leftwards: boolean;
}

/** The values under the pointer. */
function Reading({ row, lines, unit, leftwards }: ReadingProps) {
  return (
    <div className={styles.reading} data-leftwards={leftwards} data-number>
      <div>
        {unit} {row.step}
      </div>
      {lines.map(({ key, label }) => {
        const value = row[key] ?? null;
        return value !== null && <div key={key}>{`${label} ${plain(value)}`}</div>;
      })}
    </div>
  );
}
