import { useEffect, useMemo, useState } from 'react';
import { ARMS, type ArmName } from '../../../antisd/arms';
import { draw, NARROW, WIDTH } from '../../../report/chart';
import { Drawing } from '../../compare/Drawing';
import { percent } from '../../format';
import { useNarrow } from '../../hooks';
import { giveAnswer, useLearnt } from '../answers';
import styles from '../Figure.module.css';
import { useWords } from '../language';
import { fill } from '../markup';
import { type RaceRun, reached, trailingMean } from '../race';
import { useRace } from '../useRace';

/** Who runs; the first is drawn as the lab draws the run in question. */
const RUNNERS = ['antisd', 'grpo', 'sd'] as const;
/** What the prediction is about: who is the first to solve half of the held-out problems. */
const HALF = 0.5;
/** Steps that a point of the curves is the mean of. */
const OVER = 8;
/** How long the race takes on screen, ms. */
const LASTS = 12_000;

/** The first to solve half. */
export function winnerOf(race: readonly RaceRun[]): ArmName {
  const at = ({ evals }: RaceRun): number => reached({ evals }, HALF) ?? Number.POSITIVE_INFINITY;
  return [...race].sort((a, b) => at(a) - at(b))[0].arm as ArmName;
}

/** (i) Three methods from the same model, problems and seed. The prediction comes first. */
export default function Race() {
  const { bench } = useWords();
  const race = useRace();
  if (race === null) return <p>{bench.waiting}</p>;
  if (typeof race === 'string') return <p role="alert">{race}</p>;
  return <Track race={RUNNERS.map((arm) => race.find((run) => run.arm === arm) as RaceRun)} />;
}

function Track({ race }: { race: readonly RaceRun[] }) {
  const { race: words } = useWords().chapters;
  const predicted = useLearnt((s) => s.answers.race);
  const [begun, begin] = useState(false);
  const steps = race[0].accuracy.length;
  const at = useRunning(begun, steps);
  const predict = (arm: ArmName): void => {
    giveAnswer('race', arm, arm === winnerOf(race));
    begin(true);
  };
  return (
    <div className={styles.figure}>
      <p>{fill(words.recorded, { device: race[0].device, seed: race[0].seed })}</p>
      <fieldset className={styles.choice}>
        <legend>{words.predict}</legend>
        {RUNNERS.map((arm) => (
          <button key={arm} type="button" aria-pressed={predicted?.given === arm} onClick={() => predict(arm)}>
            {ARMS[arm].label}
          </button>
        ))}
      </fieldset>
      <p className={styles.quiet}>{fill(words.axis, { over: OVER })}</p>
      <Curves race={race} at={at} steps={steps} />
      <p role="status">
        {begun && (at >= steps ? <Result race={race} /> : fill(words.going, { step: at, of: steps }))}
      </p>
    </div>
  );
}

/** The step that the race is at: it runs once it is begun, and where less motion is wanted it is over at once. */
function useRunning(begun: boolean, steps: number): number {
  const [at, set] = useState(0);
  useEffect(() => {
    if (!begun) return;
    if (matchMedia('(prefers-reduced-motion: reduce)').matches) {
      set(steps);
      return;
    }
    let started: number | null = null;
    let frame = requestAnimationFrame(function run(now) {
      started ??= now;
      const next = Math.min(steps, ((now - started) / LASTS) * steps);
      set(Math.floor(next));
      if (next < steps) frame = requestAnimationFrame(run);
    });
    return () => cancelAnimationFrame(frame);
  }, [begun, steps]);
  return at;
}

function Curves({ race, at, steps }: { race: readonly RaceRun[]; at: number; steps: number }) {
  const { race: words } = useWords().chapters;
  const lines = useMemo(
    () =>
      race.map(({ arm, accuracy }) => ({
        label: ARMS[arm as ArmName].label,
        band: trailingMean(accuracy, OVER).map((y, i) => ({ x: i + 1, y, low: y, high: y })),
      })),
    [race],
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
function Result({ race }: { race: readonly RaceRun[] }) {
  const { race: words } = useWords().chapters;
  return race
    .map(({ arm, evals }) => {
      const { accuracy } = evals[evals.length - 1];
      const half = reached({ evals }, HALF);
      const when = half === null ? words.never : fill(words.at, { step: half });
      return `${ARMS[arm as ArmName].label}: ${when}, ${fill(words.end, { accuracy: percent(accuracy) })}`;
    })
    .join(' · ');
}
