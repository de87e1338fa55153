import { useState } from 'react';
import { plain, tokenText } from '../../format';
import { Probabilities } from '../../heatmap/Probabilities';
import { unless } from '../../unless';
import { giveAnswer } from '../answers';
import { goOnFrom, type Sheet, useBench } from '../bench';
import styles from '../Figure.module.css';
import { useWords } from '../language';
import { fill } from '../markup';
import { Origin } from '../Origin';
import { SheetText } from '../SheetText';
import { useBenchSheet } from '../useBenchSheet';

/** Whether the model is as unsure at token `k` as anywhere in the response: its entropy there is within a tenth of a nat of the most. */
export function isUnsurest({ scored: { H_S } }: Pick<Sheet, 'scored'>, k: number): boolean {
  return H_S[k] >= H_S.reduce((a, b) => Math.max(a, b), 0) - 0.1;
}

/** The figure begins at the first token with an entropy above this, nats: most are a matter of course. */
const INTERESTING = 0.1;

/** (a) A response; at each token what else the model might have written, and the way on from there. */
export default function Write() {
  const sheet = useBenchSheet();
  const { bench } = useWords();
  return (
    <>
      <Origin />
      {sheet ? <Response sheet={sheet} /> : <p>{bench.waiting}</p>}
    </>
  );
}

function Response({ sheet }: { sheet: Sheet }) {
  const { chapters, bench } = useWords();
  const words = chapters.write;
  const busy = useBench((s) => s.busy);
  const [picked, pick] = useState(() =>
    Math.max(
      0,
      sheet.scored.H_S.findIndex((H) => H > INTERESTING),
    ),
  );
  const [none, setNone] = useState(false);
  const { scored, problem, verdict } = sheet;
  const k = Math.min(picked, scored.tokens.length - 1);
  const goOn = async (word: string | null): Promise<void> => {
    if (word === null) giveAnswer('write', `token ${k + 1}, H=${plain(scored.H_S[k])}`, isUnsurest(sheet, k));
    setNone(!(await goOnFrom(k, word)));
  };
  return (
    <div className={styles.figure}>
      <p className={styles.asked}>{problem.question}</p>
      <SheetText sheet={sheet} label={words.response} values={null} telling={false} onPick={pick} />
      <p>{verdict.reward > 0 ? `✓ ${bench.right}` : `✗ ${bench.wrong}`}</p>
      <div className={styles.pair}>
        <Probabilities
          title={fill(words.instead, { token: tokenText(scored.tokens[k]), at: k + 1 })}
          rows={scored.alternatives.student[k]}
          chosen={scored.tokens[k]}
          onChoose={busy ? undefined : (word) => void goOn(word)}
        />
        <div>
          <p data-number>
            H = {plain(scored.H_S[k])} {bench.nats}
          </p>
          <button type="button" {...unless(busy ? bench.busy : null)} onClick={() => void goOn(null)}>
            {fill(words.again, { at: k + 1 })}
          </button>
          <p role="status">{none && words.none}</p>
        </div>
      </div>
    </div>
  );
}
