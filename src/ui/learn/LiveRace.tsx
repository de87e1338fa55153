import { ARMS, type ArmName } from '../../antisd/arms';
import { unless } from '../unless';
import { useBench } from './bench';
import styles from './Figure.module.css';
import { useWords } from './language';
import { leaveLive, runLive, stopLive, useLiveRace } from './live-race';
import { fill } from './markup';
import { Curves, Result } from './RaceCurves';
import type { RaceRun } from './race';

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
  const { progress, failure } = useBench();
  const going = useLiveRace((s) => s.going);
  const last = race.at(-1);
  const runs = race.filter(({ accuracy }) => accuracy.length > 0);
  const method = last ? ARMS[last.arm as ArmName].label : '';
  const doing = last?.accuracy.length
    ? `${method}: ${fill(words.going, { step: last.accuracy.length, of: steps })}`
    : `${progress?.what ?? bench.busy} …`;
  return (
    <div className={styles.figure}>
      <p>{last ? fill(bench.live, { device: last.device }) : bench.busy}</p>
      <p className={styles.quiet}>{words.after}</p>
      <Curves race={runs} at={steps} steps={steps} />
      <p role="status">{going && doing}</p>
      {failure && <p role="alert">{failure}</p>}
      <p>{runs.some(({ evals }) => evals.length > 1) && <Result race={runs.filter((r) => r.evals.length > 1)} />}</p>
      <p>
        <button type="button" onClick={going ? stopLive : leaveLive}>
          {going ? words.stop : words.replay}
        </button>
      </p>
    </div>
  );
}
