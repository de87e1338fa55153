import { type MouseEvent, memo, useMemo } from 'react';
import { beliefCurve } from '../../antisd/belief';
import { signed } from '../format';
import styles from './BeliefCurve.module.css';
import { BELIEF_HEIGHT, describeBelief, drawBelief } from './belief';

/** What stands around the curve. */
export interface BeliefWords {
  readonly title: string;
  readonly doc: string;
  readonly here: string;
  readonly end: string;
}

const WORDS: BeliefWords = {
  title: 'belief in c',
  doc: 'V = log P(c | x, text so far) − log P(c | x), the sum of u up to a token, nats',
  here: 'V here',
  end: 'at the end',
};

interface Props {
  u: ArrayLike<number>;
  /** The token marked in it. */
  marked: number;
  onPick?(token: number): void;
  /** In another language; without the long description then. */
  words?: BeliefWords;
}

/** V_t = Σ_{i ≤ t} u_i along a response, first token left: where it gives the solution away. */
export const BeliefCurve = memo(function BeliefCurve({ u, marked, onPick, words }: Props) {
  const curve = useMemo(() => beliefCurve(u), [u]);
  const { line, zero } = useMemo(() => drawBelief(curve), [curve]);
  const n = curve.length;
  const token = Math.min(marked, n - 1);
  const { title, doc, here, end } = words ?? WORDS;
  const pick = (event: MouseEvent): void => {
    const { left, width } = event.currentTarget.getBoundingClientRect();
    onPick?.(Math.min(n - 1, Math.max(0, Math.floor(((event.clientX - left) / width) * n))));
  };
  return (
    <figure className={styles.belief}>
      <figcaption className={styles.caption} title={doc}>
        <span>{title}</span>
        <span>
          {here} <span data-number>{signed(curve[token])}</span>, {end} <span data-number>{signed(curve[n - 1])}</span>
        </span>
      </figcaption>
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: a shortcut for the pointer; keys move in the text itself */}
      <svg
        className={styles.plot}
        viewBox={`0 0 ${n} ${BELIEF_HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={words ? doc : describeBelief(curve, token)}
        onClick={onPick && pick}
      >
        <line className={styles.axis} x1={0} x2={n} y1={zero} y2={zero} />
        <path className={styles.line} d={line} />
        <line className={styles.mark} x1={token + 1} x2={token + 1} y1={0} y2={BELIEF_HEIGHT} />
      </svg>
    </figure>
  );
});
