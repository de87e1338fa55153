import { useMemo } from 'react';
import { ARMS, type ArmName } from '../../antisd/arms';
import { draw, NARROW, WIDTH } from '../../report/chart';
import { Drawing } from '../compare/Drawing';
import { percent } from '../format';
import { useNarrow } from '../hooks';
import styles from './Figure.module.css';
import { useLabWords, useWords } from './language';
import { fill } from './markup';
import { type RaceRun, reached, trailingMean } from './race';

/** What the prediction is about: who is the first to solve half of the held-out problems. */
export const HALF = 0.5;
/** Steps that a point of the curves is the mean of. */
export const OVER = 8;

/** The runs up to step `at`, on an axis of `steps`. */
export function Curves({ race, at, steps }: { race: readonly RaceRun[]; at: number; steps: number }) {
  const { race: words } = useWords().chapters;
  const said = useLabWords();
  const lines = useMemo(
    () =>
      race.map(({ arm, accuracy }) => ({
        label: said(ARMS[arm as ArmName].label),
        band: trailingMean(accuracy, OVER).map((y, i) => ({ x: i + 1, y, low: y, high: y })),
      })),
    [race, said],
  );
  const width = useNarrow() ? NARROW : WIDTH;
  const drawing = useMemo(() => {
    const shown = lines.map((line) => ({ ...line, band: line.band.slice(0, Math.max(1, at)) }));
    return draw({
      id: 'race',
      title: words.chart,
      doc: '',
      axis: words.step,
      domain: [0, 1],
      reach: steps,
      lines: shown,
      width,
    });
  }, [lines, at, steps, words, width]);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by key
    <section className={styles.drawing} tabIndex={0} aria-label={words.chart}>
      {drawing && <Drawing drawing={drawing} />}
    </section>
  );
}

/** On problems that were held out, in numbers. */
export function Result({ race }: { race: readonly RaceRun[] }) {
  const { race: words } = useWords().chapters;
  const said = useLabWords();
  return race
    .map(({ arm, evals }) => {
      const { accuracy } = evals[evals.length - 1];
      const half = reached({ evals }, HALF);
      const when = half === null ? words.never : fill(words.at, { step: half });
      return `${said(ARMS[arm as ArmName].label)}: ${when}, ${fill(words.end, { accuracy: percent(accuracy) })}`;
    })
    .join(' · ');
}
