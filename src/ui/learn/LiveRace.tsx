import { ARMS, type ArmName } from '../../antisd/arms';
import { unless } from '../unless';
import { useBench } from './bench';
import { Failure } from './Failure';
import styles from './Figure.module.css';
import { useLabWords, useWords } from './language';
import { leaveLive, RUNNERS, runLive, stopLive, useLiveRace } from './live-race';
import { fill } from './markup';
import { Curves, HALF, Result } from './RaceCurves';
import { firstTo, type RaceRun } from './race';

/** The way to a race of one's own. */
export function OwnRace() {
  const { bench, chapters } = useWords();
  const busy = useBench((s) => s.busy);
  if (!('gpu' in navigator)) return <p className={styles.quiet}>{bench.noGpu}</p>;
  return (
    <p>
      <button type="button" {...unless(busy ? bench.busy : null)} onClick={() => void runLive()}>
        {chapters.race.live}
      </button>
    </p>
  );
}

/** The learner's own race, as far as it is. */
export function LiveRace({ race, steps }: { race: readonly RaceRun[]; steps: number }) {
  const { bench, chapters } = useWords();
  const { race: words } = chapters;
  const said = useLabWords();
  const { progress, failure } = useBench();
  const going = useLiveRace((s) => s.going);
  const last = race.at(-1);
  const ended = race.length === RUNNERS.length && race.every(({ evals }) => evals.at(-1)?.step === steps);
  const runs = race.filter(({ accuracy }) => accuracy.length > 0);
  const method = last ? said(ARMS[last.arm as ArmName].label) : '';
  const doing = last?.accuracy.length
    ? `${method}: ${fill(words.going, { step: last.accuracy.length, of: steps })}`
    : progress
      ? `${said(progress.what)} …`
      : bench.busy;
  return (
    <div className={styles.figure}>
      <p>{last ? fill(bench.live, { device: last.device }) : bench.busy}</p>
      <p className={styles.quiet}>{words.after}</p>
      <Curves race={runs} at={steps} steps={steps} />
      <p role="status">{going ? doing : ended && <Winner race={race} />}</p>
      <Failure why={failure} />
      <p>{runs.some(({ evals }) => evals.length > 1) && <Result race={runs.filter((r) => r.evals.length > 1)} />}</p>
      <p>
        <button type="button" onClick={going ? stopLive : leaveLive}>
          {going ? words.stop : words.replay}
        </button>
      </p>
    </div>
  );
}

/** Who was the first to solve half, once all have run. */
function Winner({ race }: { race: readonly RaceRun[] }) {
  const { race: words } = useWords().chapters;
  const said = useLabWords();
  const first = firstTo(race, HALF).map(({ arm }) => said(ARMS[arm as ArmName].label));
  return <strong>{first.length > 0 ? fill(words.first, { who: first.join(', ') }) : words.nobody}</strong>;
}
