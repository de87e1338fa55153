import { useEffect, useState } from 'react';
import { ARMS, type ArmName } from '../../../antisd/arms';
import { giveAnswer, useLearnt } from '../answers';
import { Failure } from '../Failure';
import styles from '../Figure.module.css';
import { LiveRace, OwnRace } from '../LiveRace';
import { useLabWords, useWords } from '../language';
import { RUNNERS, stopLive, useLiveRace } from '../live-race';
import { fill } from '../markup';
import { Curves, HALF, OVER, Result } from '../RaceCurves';
import { firstTo, type RaceRun } from '../race';
import { useRace } from '../useRace';

/** How long the race takes on screen, ms. */
const LASTS = 12_000;

/** (i) Three methods from the same model, problems and seed, recorded or live. The prediction comes first. */
export default function Race() {
  useEffect(() => stopLive, []);
  const { bench } = useWords();
  const race = useRace();
  const live = useLiveRace((s) => s.runs);
  if (race === null) return <p>{bench.waiting}</p>;
  if (typeof race === 'string') return <Failure why={race} />;
  const recorded = RUNNERS.map((arm) => race.find((run) => run.arm === arm) as RaceRun);
  return live ? <LiveRace race={live} steps={recorded[0].accuracy.length} /> : <Track race={recorded} />;
}

function Track({ race }: { race: readonly RaceRun[] }) {
  const { race: words } = useWords().chapters;
  const said = useLabWords();
  const answered = useLearnt((s) => s.answers.race);
  const [predicted, predict] = useState<ArmName | null>(null);
  const steps = race[0].accuracy.length;
  const at = useRunning(predicted !== null, steps);
  const over = at >= steps;
  // The answer would give the end away.
  useEffect(() => {
    if (over && predicted) giveAnswer('race', predicted, firstTo(race, HALF)[0]?.arm === predicted);
  }, [over, predicted, race]);
  return (
    <div className={styles.figure}>
      <p>{fill(words.recorded, { device: race[0].device, seed: race[0].seed })}</p>
      <fieldset className={styles.choice}>
        <legend>{words.predict}</legend>
        {RUNNERS.map((arm) => (
          <button
            key={arm}
            type="button"
            aria-pressed={(predicted ?? answered?.given) === arm}
            onClick={() => predict(arm)}
          >
            {said(ARMS[arm].label)}
          </button>
        ))}
      </fieldset>
      <p className={styles.quiet}>{fill(words.axis, { over: OVER })}</p>
      <Curves race={race} at={at} steps={steps} />
      <p role="status">{predicted && (over ? <Result race={race} /> : fill(words.going, { step: at, of: steps }))}</p>
      {answered && <OwnRace />}
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
