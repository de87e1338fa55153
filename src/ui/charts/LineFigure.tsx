import { memo, type ReactElement } from 'react';
import { Line, LineChart, ReferenceArea, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts';
import { compact, plain } from '../format';
import type { Sequence } from '../state/series';
import { type Line as Curve, type Dot, type Figure, rowsOf } from './curves';
import styles from './LineFigure.module.css';

/** Points drawn for a chart: about one for every two pixels. */
const POINTS = 160;

const STROKES: Record<Curve['look'], { stroke: string; strokeWidth: number; strokeDasharray?: string }> = {
  solid: { stroke: 'var(--ink)', strokeWidth: 1.25 },
  faint: { stroke: 'var(--faint-line)', strokeWidth: 1 },
  dashed: { stroke: 'var(--ink-muted)', strokeWidth: 1, strokeDasharray: '3 3' },
  dots: { stroke: 'var(--ink-muted)', strokeWidth: 1 },
};

interface Props<F extends { step: number }> {
  figure: Figure<F>;
  steps: Sequence<F>;
  /** Of the figure's line that looks like dots. */
  dots: readonly Dot[];
  /** What a point is called. */
  unit: string;
}

/** The curves of a figure, with its last values in words. */
export const LineFigure = memo(function LineFigure<F extends { step: number }>({
  figure,
  steps,
  dots,
  unit,
}: Props<F>) {
  const rows = rowsOf(figure, steps, dots, POINTS);
  const last = steps.at(-1);
  const lastDot = dots.at(-1);
  const solid = figure.lines.find((l) => l.look === 'solid');
  return (
    <figure className={styles.figure} data-large={figure.large ?? false} title={figure.doc}>
      <figcaption className={styles.caption}>
        <span>{figure.title}</span>
        <span className={styles.values}>
          {last && figure.state && <span className={styles.state}>{figure.state(last)}</span>}
          {last && solid && <span data-number>{plain(solid.of(last))}</span>}
          {lastDot && figure.lines.some((l) => l.look === 'dots') && <span data-number>● {plain(lastDot.value)}</span>}
        </span>
      </figcaption>
      <div className={styles.plot}>
        {rows.length === 0 ? (
          <p className={styles.empty}>Shows after {unit} 1.</p>
        ) : (
          <ResponsiveContainer width="100%" height="100%">
            <LineChart data={rows} margin={{ top: 4, right: 4, bottom: 0, left: 0 }} accessibilityLayer={false}>
              <XAxis dataKey="step" type="number" domain={[0, 'dataMax']} hide />
              <YAxis
                width={42}
                domain={figure.domain ? [...figure.domain] : ['auto', 'auto']}
                tickCount={3}
                tickFormatter={compact}
                axisLine={false}
                tickLine={false}
              />
              {figure.bands?.(steps).map(([from, to]) => (
                <ReferenceArea key={from} x1={from - 1} x2={to} fill="var(--band)" fillOpacity={1} stroke="none" />
              ))}
              <Tooltip
                content={(at) => <Reading {...at} unit={unit} />}
                isAnimationActive={false}
                cursor={{ stroke: 'var(--control-line)' }}
              />
              {figure.lines.map((line) => (
                <Line
                  key={line.key}
                  dataKey={line.key}
                  name={line.label}
                  {...STROKES[line.look]}
                  dot={line.look === 'dots' ? { r: 2, fill: 'var(--ink)', stroke: 'none' } : false}
                  activeDot={false}
                  connectNulls={line.look === 'dots'}
                  isAnimationActive={false}
                />
              ))}
            </LineChart>
          </ResponsiveContainer>
        )}
      </div>
      {figure.lines.length > 1 && <Names figure={figure} />}
    </figure>
  );
}) as <F extends { step: number }>(props: Props<F>) => ReactElement;

/** What each line is, in its own stroke; those of one stroke share a place, the lower line first. */
export function Names<F extends { step: number }>({
  figure: { title, lines, bands, above = 'above it' },
}: Pick<Props<F>, 'figure'>) {
  const looks = [...new Set(lines.map(({ look }) => look))];
  const namesOf = (look: Curve['look']) => lines.filter((line) => line.look === look).map(({ label }) => label);
  return (
    <ul className={styles.names} aria-label={title}>
      {looks.map((look) => (
        <li key={look}>
          <svg width="16" height="8" aria-hidden="true">
            {look === 'dots' ? (
              <circle cx="8" cy="4" r="2" fill="var(--ink)" />
            ) : (
              <line x1="0" y1="4" x2="16" y2="4" {...STROKES[look]} />
            )}
          </svg>
          {namesOf(look).join(`, ${above} `)}
        </li>
      ))}
      {bands && (
        <li>
          <svg width="16" height="8" aria-hidden="true">
            <rect width="16" height="8" fill="var(--band)" stroke="var(--control-line)" />
          </svg>
          λ = 0
        </li>
      )}
    </ul>
  );
}

interface ReadingProps {
  label?: string | number;
  payload?: readonly { name?: string | number; value?: unknown }[];
  unit: string;
}

/** The values under the pointer. */
function Reading({ label, payload, unit }: ReadingProps) {
  if (!payload || payload.length === 0) return null;
  return (
    <div className={styles.reading} data-number>
      <div>
        {unit} {label}
      </div>
      {payload.map(({ name, value }) => (
        <div key={name}>
          {name} {plain(value as number)}
        </div>
      ))}
    </div>
  );
}
