import { useState } from 'react';
import { type GroupStd, groupAdvantages } from '../../../antisd/advantages';
import { signed } from '../../format';
import { giveAnswer } from '../answers';
import { type Sheet, useBench } from '../bench';
import styles from '../Figure.module.css';
import { useWords } from '../language';
import { fill } from '../markup';
import { Sign } from '../Sign';
import { useBenchSheet } from '../useBenchSheet';

/** Responses of a group. */
const G = 8;
/** The two groups that teach nothing. */
type Silent = 'right' | 'wrong';

/** Which of them these rewards are; null for a group that teaches. */
export function silence(rewards: readonly number[]): Silent | null {
  if (groupAdvantages(rewards, 'sample').some((A) => A !== 0)) return null;
  return rewards[0] > 0 ? 'right' : 'wrong';
}

/** (f) A group of recorded responses, its rewards, which the learner may turn round, and the advantages that follow. */
export default function Group() {
  useBenchSheet();
  const { bench } = useWords();
  const sheets = useBench((s) => s.sheets);
  return sheets.length < G ? <p>{bench.waiting}</p> : <Rewarded sheets={sheets.slice(0, G)} />;
}

function Rewarded({ sheets }: { sheets: readonly Sheet[] }) {
  const { chapters, bench } = useWords();
  const words = chapters.group;
  const own = sheets.map(({ verdict }) => verdict.reward);
  const [rewards, set] = useState<readonly number[]>(own);
  const [std, setStd] = useState<GroupStd | null>('sample');
  const [found, find] = useState<readonly Silent[]>([]);
  const turn = (i: number): void => {
    const next = rewards.map((r, k) => (k === i ? 1 - r : r));
    set(next);
    const silent = silence(next);
    if (!silent || found.includes(silent)) return;
    find([...found, silent]);
    giveAnswer('group', [...found, silent].join(', '), found.length === 1);
  };
  const advantages = groupAdvantages(rewards, std);
  return (
    <div className={styles.figure}>
      <p className={styles.asked}>{sheets[0].problem.question}</p>
      <table className={styles.table}>
        <thead>
          <tr>
            <th scope="col">{words.response}</th>
            <th scope="col">
              <Sign name="r" />
            </th>
            <th scope="col">
              <Sign name="A" />
            </th>
          </tr>
        </thead>
        <tbody>
          {sheets.map(({ texts }, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: two responses of a group may read alike
            <tr key={i}>
              <th scope="row" className={styles.token}>
                {texts.response}
              </th>
              <td>
                <button type="button" aria-pressed={rewards[i] > 0} onClick={() => turn(i)}>
                  {rewards[i] > 0 ? `1 ${bench.right}` : `0 ${bench.wrong}`}
                </button>
              </td>
              <td data-number>{signed(advantages[i])}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p role="status">
        {silence(rewards) ? words.silent : fill(words.sum, { sum: signed(advantages.reduce((a, b) => a + b, 0)) })}
      </p>
      <div className={styles.choice}>
        <button type="button" onClick={() => set(own)}>
          {words.reset}
        </button>
        <button type="button" aria-pressed={std !== null} onClick={() => setStd(std ? null : 'sample')}>
          {words.divide}
        </button>
      </div>
    </div>
  );
}
