import { useState } from 'react';
import { plain, signed } from '../../format';
import { MEASURES } from '../../heatmap/measures';
import { giveAnswer } from '../answers';
import styles from '../Figure.module.css';
import { useWords } from '../language';
import { fill } from '../markup';
import { ShapingControls } from '../ShapingControls';
import { SheetText } from '../SheetText';
import { Sign } from '../Sign';
import { SlopeFigure } from '../SlopeFigure';
import { FIRST, mostPraise, type Shaping, slopeOf, termOf, termsOf } from '../shaping';
import { useBenchSheet } from '../useBenchSheet';

/** What the question allows: no praise above it, with a term that still acts. */
export const MOST = 0.1;
const LEAST_LAMBDA = 0.2;

export const isBounded = (shaping: Shaping): boolean =>
  shaping.sign < 0 && shaping.lambda >= LEAST_LAMBDA && mostPraise(shaping) <= MOST;

/** (e) From a divergence to an advantage: one u dragged along the curve, and all tokens of a response under it. */
export default function Slope() {
  const { slope: words } = useWords().chapters;
  const [shaping, set] = useState(FIRST);
  const [u, drag] = useState(-2);
  const most = mostPraise(shaping);
  const check = (): void => {
    const { divergence, lambda } = shaping;
    giveAnswer('slope', `${divergence}, λ=${plain(lambda)}, most ${plain(most)}`, isBounded(shaping));
  };
  return (
    <div className={styles.figure}>
      <ShapingControls shaping={shaping} onChange={set} />
      <SlopeFigure shaping={shaping} u={u} onDrag={drag} />
      <label className={styles.slider}>
        <Sign name="u" />
        <input
          type="range"
          min={-8}
          max={8}
          step={0.1}
          value={u}
          aria-label={words.dragU}
          onChange={({ target }) => drag(Number(target.value))}
        />
      </label>
      <p data-number>
        {fill(words.reading, {
          u: signed(u, 1),
          term: signed(termOf(u, shaping), 3),
          slope: signed(slopeOf(u, shaping), 3),
        })}
      </p>
      <p data-number>
        {Number.isFinite(most) ? fill(words.bounded, { most: signed(most, 3) }) : words.unbounded}{' '}
        <button type="button" onClick={check}>
          {words.check}
        </button>
      </p>
      <Applied shaping={shaping} />
    </div>
  );
}

/** A response whose tokens are tinted by what the term adds to them. */
function Applied({ shaping }: { shaping: Shaping }) {
  const { chapters, bench } = useWords();
  const sheet = useBenchSheet();
  const [k, pick] = useState<number | null>(null);
  if (!sheet) return <p>{bench.waiting}</p>;
  const terms = termsOf(sheet.scored, shaping);
  const strongest = terms.indexOf(terms.reduce((a, b) => Math.max(a, b)));
  const token = Math.min(k ?? strongest, terms.length - 1);
  return (
    <>
      <SheetText sheet={sheet} label={chapters.slope.response} values={terms} scale={MEASURES.term} onPick={pick} />
      <p data-number>
        {fill(chapters.slope.token, {
          token: sheet.scored.tokens[token],
          u: signed(sheet.scored.u[token]),
          term: signed(terms[token], 3),
        })}
      </p>
    </>
  );
}
