import { memo, type ReactElement } from 'react';
import { plain } from '../format';
import type { Sequence } from '../state/series';
import { type Line as Curve, type Dot, type Figure, rowsOf } from './curves';
import styles from './LineFigure.module.css';
import { Plot, Sample } from './Plot';

/** Points drawn for a chart: about one for every two pixels. */
const POINTS = 160;

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
          <Plot rows={rows} lines={figure.lines} domain={figure.domain} bands={figure.bands?.(steps)} unit={unit} />
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
          <Sample look={look} />
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
