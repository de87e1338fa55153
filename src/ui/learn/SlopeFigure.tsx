import type { PointerEvent } from 'react';
import { useWords } from './language';
import styles from './SlopeFigure.module.css';
import { type Shaping, termOf } from './shaping';

const WIDTH = 640;
const HEIGHT = 220;
/** u and the term that are drawn, on either side of zero. */
const U = 8;
const TERM = 1.5;
const POINTS = 160;

const x = (u: number): number => ((u + U) / (2 * U)) * WIDTH;
const y = (term: number): number => ((TERM - term) / (2 * TERM)) * HEIGHT;

/** The curve as a path; it jumps where a mask begins, so that no line is drawn there. */
export function curveOf(shaping: Shaping): string {
  const us = Array.from({ length: POINTS + 1 }, (_, i) => -U + (2 * U * i) / POINTS);
  const beyond = (u: number): boolean => shaping.mask > 0 && Math.abs(u) > shaping.mask;
  return us
    .map((u, i) => {
      const starts = i === 0 || beyond(u) !== beyond(us[i - 1]);
      return `${starts ? 'M' : 'L'}${x(u).toFixed(1)} ${y(termOf(u, shaping)).toFixed(1)}`;
    })
    .join('');
}

interface Props {
  shaping: Shaping;
  u: number;
  onDrag(u: number): void;
}

/** What the method adds to the advantage of a token, over its u; a point on it follows the pointer. */
export function SlopeFigure({ shaping, u, onDrag }: Props) {
  const { slope: words } = useWords().chapters;
  const drag = (event: PointerEvent<SVGSVGElement>): void => {
    if (event.buttons === 0 && event.type !== 'pointerdown') return;
    const { left, width } = event.currentTarget.getBoundingClientRect();
    const at = ((event.clientX - left) / width) * 2 * U - U;
    onDrag(Math.round(Math.max(-U, Math.min(U, at)) * 10) / 10);
  };
  return (
    <figure className={styles.figure}>
      <figcaption className={styles.words}>
        <span>↑ {words.praise}</span>
      </figcaption>
      <svg
        className={styles.slope}
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        role="img"
        aria-label={words.curve}
        onPointerDown={drag}
        onPointerMove={drag}
      >
        <rect className={styles.below} x={0} y={0} width={WIDTH / 2} height={HEIGHT} />
        <rect className={styles.above} x={WIDTH / 2} y={0} width={WIDTH / 2} height={HEIGHT} />
        <line className={styles.axis} x1={0} x2={WIDTH} y1={y(0)} y2={y(0)} />
        <line className={styles.axis} x1={x(0)} x2={x(0)} y1={0} y2={HEIGHT} />
        <path className={styles.curve} d={curveOf(shaping)} />
        <circle className={styles.point} cx={x(u)} cy={y(termOf(u, shaping))} r={6} />
      </svg>
      <p className={styles.words}>
        <span>← {words.deliberation}</span>
        <span>{words.shortcut} →</span>
      </p>
    </figure>
  );
}
