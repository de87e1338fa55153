import { type KeyboardEvent, type MouseEvent, memo, useEffect, useMemo, useRef } from 'react';
import tints from '../../tokens/Tints.module.css';
import styles from './Layers.module.css';
import type { LayerMeasure } from './measures';
import { rasterOf } from './raster';

interface Props {
  /** The first layer first; drawn with the last on top. */
  rows: readonly Float32Array[];
  measure: LayerMeasure;
  /** What it shows, for those who do not see it. */
  label: string;
  layer: number;
  token: number;
  onPick(layer: number, token: number): void;
}

/** Networks of few layers have rows that a finger can hit. */
const FEW_LAYERS = 12;

const within = (x: number, count: number): number => Math.max(0, Math.min(count - 1, x));

/** Layers × tokens under tints. The place in it is chosen by pointer or arrow keys. */
export const LayerPicture = memo(function LayerPicture({ rows, measure, label, layer, token, onPick }: Props) {
  const [L, M] = [rows.length, rows[0].length];
  const { paths, below } = useMemo(() => rasterOf(rows.toReversed(), measure), [rows, measure]);
  const scroller = useRef<HTMLDivElement>(null);
  const cell = useRef<SVGRectElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the marked cell comes into sight when another token is marked
  useEffect(() => {
    const [box, mark] = [scroller.current, cell.current?.getBoundingClientRect()];
    if (!box || !mark) return;
    const { left, right } = box.getBoundingClientRect();
    if (mark.left < left) box.scrollLeft -= left - mark.left;
    else if (mark.right > right) box.scrollLeft += mark.right - right;
  }, [token]);
  const onKey = (event: KeyboardEvent): void => {
    const moves: Record<string, readonly [layer: number, token: number]> = {
      ArrowLeft: [layer, token - 1],
      ArrowRight: [layer, token + 1],
      ArrowUp: [layer + 1, token],
      ArrowDown: [layer - 1, token],
      Home: [layer, 0],
      End: [layer, M - 1],
      PageUp: [L - 1, token],
      PageDown: [0, token],
    };
    const to = moves[event.key];
    if (!to) return;
    event.preventDefault();
    onPick(within(to[0], L), within(to[1], M));
  };
  const onClick = (event: MouseEvent<SVGSVGElement>): void => {
    const box = event.currentTarget.getBoundingClientRect();
    const x = Math.floor(((event.clientX - box.left) / box.width) * M);
    const y = Math.floor(((event.clientY - box.top) / box.height) * L);
    onPick(within(L - 1 - y, L), within(x, M));
  };
  return (
    <div
      ref={scroller}
      className={styles.scroller}
      role="application"
      aria-label="Layers and tokens: arrow keys move"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: its keys choose the place
      tabIndex={0}
      onKeyDown={onKey}
    >
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: the keys are the element's around it */}
      <svg
        className={`${styles.picture} ${tints.tints}`}
        style={{ minWidth: `${M / 2}em`, height: `${L > FEW_LAYERS ? L : 2 * L}em` }}
        viewBox={`0 0 ${M} ${L}`}
        preserveAspectRatio="none"
        data-scale={measure.scale}
        role="img"
        aria-label={label}
        onClick={onClick}
      >
        {paths.map(({ step, d }) => (
          <path key={step} d={d} data-tint={step} />
        ))}
        {below && <path d={below} className={styles.below} />}
        <rect ref={cell} className={styles.mark} x={token} y={L - 1 - layer} width={1} height={1} />
      </svg>
    </div>
  );
});
