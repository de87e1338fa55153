import { useState } from 'react';
import { signed, signOf, tokenText } from '../../format';
import { MEASURES } from '../../heatmap/measures';
import { Probabilities } from '../../heatmap/Probabilities';
import { tintOf } from '../../tokens/tint';
import { giveAnswer } from '../answers';
import { BLANK, type Sheet } from '../bench';
import styles from '../Figure.module.css';
import { useWords } from '../language';
import { Origin } from '../Origin';
import { SheetText } from '../SheetText';
import { Sign } from '../Sign';
import { useBenchSheet } from '../useBenchSheet';

/** Likeliest tokens that are shown of a side. */
const SHOWN = 5;

/** Whether the cheat sheet makes no token of the response less likely than token `k`. */
export const isLeast = ({ scored: { u } }: Pick<Sheet, 'scored'>, k: number): boolean =>
  u[k] <= u.reduce((a, b) => Math.min(a, b), 0);

/** (b) Student and teacher side by side: two prompts, two distributions, and u between them. */
export default function Hint() {
  const sheet = useBenchSheet();
  const { bench } = useWords();
  return (
    <>
      <Origin />
      {sheet ? <Both sheet={sheet} /> : <p>{bench.waiting}</p>}
    </>
  );
}

function Both({ sheet }: { sheet: Sheet }) {
  const { hint: words } = useWords().chapters;
  const [picked, pick] = useState(() =>
    Math.max(
      0,
      sheet.scored.u.findIndex((u) => tintOf(u, MEASURES.u) !== 0),
    ),
  );
  const { tokens, u, s, t, alternatives } = sheet.scored;
  const k = Math.min(picked, tokens.length - 1);
  const say = (): void => giveAnswer('hint', `token ${k + 1}, u=${signed(u[k])}`, isLeast(sheet, k));
  return (
    <div className={styles.figure}>
      <Prompts sheet={sheet} />
      <SheetText sheet={sheet} label={words.response} values={u} onPick={pick} />
      <div className={styles.pair}>
        <Probabilities title={words.student} rows={alternatives.student[k].slice(0, SHOWN)} chosen={tokens[k]} />
        <Probabilities title={words.teacher} rows={alternatives.teacher[k].slice(0, SHOWN)} chosen={tokens[k]} />
      </div>
      <p className={styles.sum} data-number>
        {tokenText(tokens[k])}: <Sign name="u" /> = <Sign name="t" /> − <Sign name="s" /> = {signed(t[k])} − (
        {signed(s[k])}) = <strong data-sign={signOf(u[k])}>{signed(u[k])}</strong>{' '}
        <button type="button" onClick={say}>
          {words.check}
        </button>
      </p>
    </div>
  );
}

/** The two prompts; what only the teacher reads stands out. */
function Prompts({ sheet: { texts } }: { sheet: Sheet }) {
  const { hint: words } = useWords().chapters;
  const [student, teacher] = [texts.student, texts.teacher].map((text) => text.split(BLANK));
  const shared = student.findIndex((word, i) => word !== teacher[i]);
  const added = teacher.length - student.length;
  return (
    <dl className={styles.prompts}>
      <dt>{words.studentReads}</dt>
      <dd>{texts.student}</dd>
      <dt>{words.teacherReads}</dt>
      <dd>
        {teacher.slice(0, shared).join(BLANK)} <mark>{teacher.slice(shared, shared + added).join(BLANK)}</mark>{' '}
        {teacher.slice(shared + added).join(BLANK)}
      </dd>
    </dl>
  );
}
