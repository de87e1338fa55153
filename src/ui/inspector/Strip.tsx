import { type MouseEvent, memo } from 'react';
import tints from '../tokens/Tints.module.css';
import { barsOf, STRIP_HEIGHT } from './bars';
import styles from './Strip.module.css';

interface Props {
  values: ArrayLike<number>;
  /** Where bars reach the edge, in the values' unit. */
  domain: number;
  /** What the strip shows, for those who do not see it. */
  label: string;
  /** The token marked in it. */
  marked?: number;
  onPick?(token: number): void;
}

/** A column of the response as signed bars, first token left. Strips of one response lie exactly below each other. */
export const Strip = memo(function Strip({ values, domain, label, marked, onPick }: Props) {
  const { width, paths } = barsOf(values, domain);
  const place = marked === undefined ? null : ((marked + 0.5) / values.length) * width;
  const pick = (event: MouseEvent): void => {
    const { left, width: wide } = event.currentTarget.getBoundingClientRect();
    const at = Math.floor(((event.clientX - left) / wide) * values.length);
    onPick?.(Math.min(values.length - 1, Math.max(0, at)));
  };
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: a shortcut for the pointer; keys move in the text itself
    <svg
      className={`${styles.strip} ${tints.tints}`}
      data-scale="ink"
      viewBox={`0 0 ${width} ${STRIP_HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
      onClick={onPick && pick}
    >
      <line className={styles.axis} x1={0} x2={width} y1={STRIP_HEIGHT / 2} y2={STRIP_HEIGHT / 2} />
      {paths.map(({ step, d }) => (
        <path key={step} d={d} data-tint={step} />
      ))}
      {place !== null && <line className={styles.mark} x1={place} x2={place} y1={0} y2={STRIP_HEIGHT} />}
    </svg>
  );
});
