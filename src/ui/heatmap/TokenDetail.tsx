import { ARMS } from '../../antisd/arms';
import type { Alternative } from '../../runs/events';
import { signOf, tokenText } from '../format';
import type { ScoredRollout } from '../state/snapshot';
import { useLab } from '../state/store';
import { Alternatives } from './Alternatives';
import { BeliefCurve } from './BeliefCurve';
import { MEASURES } from './measures';
import { NumberGrid } from './NumberGrid';
import styles from './TokenDetail.module.css';

/** All numbers of the token that is pointed at or focused; `at`: the step whose rollouts are on screen. */
export function TokenDetail({ at: shown }: { at: number }) {
  const picked = useLab((s) => s.picked);
  const hasTeacher = useLab(({ snapshot: { config } }) => config === null || ARMS[config.arm].method.teacher);
  if (!picked) return <Hint />;
  const { rollout, token, step } = picked;
  const { signals } = rollout;
  return (
    <section className={styles.detail} aria-label="Token detail">
      <div className={styles.numbers}>
        <p className={styles.title}>
          <span className={styles.token}>{tokenText(rollout.tokens.at(token) ?? '')}</span>
          <span className={styles.where}>
            token {token + 1} of {rollout.tokens.length}
            {step !== shown && `, kept from step ${step}`}
          </span>
          {signals && hasTeacher && <Meaning u={signals.u[token]} />}
        </p>
        {signals ? (
          <>
            <Numbers signals={signals} token={token} />
            {hasTeacher && <BeliefCurve u={signals.u} marked={token} />}
          </>
        ) : (
          <p className={styles.where}>Sampled, not yet scored.</p>
        )}
      </div>
      {signals && (
        <Alternatives
          student={at(signals, 'student', token)}
          teacher={at(signals, 'teacher', token)}
          chosen={signals.tokens[token]}
        />
      )}
    </section>
  );
}

/** What its u says of it, in the word that the legend has. */
function Meaning({ u }: { u: number }) {
  const sign = signOf(u, 3);
  if (sign === 0) return null;
  return <span className={sign > 0 ? styles.above : styles.below}>{MEASURES.u.ends[sign > 0 ? 1 : 0]}</span>;
}

/** Until a token is picked. */
function Hint() {
  return (
    <div className={styles.hint}>
      <p>Point at a token, or move to it with the arrow keys, to see its numbers.</p>
    </div>
  );
}

const at = (signals: ScoredRollout, who: 'student' | 'teacher', token: number): readonly Alternative[] | undefined =>
  signals.alternatives?.[who][token];

/** Number of the step, with the sign of its verdict. */
const stepEntry = (v: ArrayLike<number>): [string, string, ArrayLike<number>, boolean] => [
  'step',
  'number of the token’s step, below 0 where the task calls it wrong',
  v,
  true,
];

function Numbers({ signals, token }: { signals: ScoredRollout; token: number }) {
  const columns: [string, string, ArrayLike<number>, boolean][] = [
    ['u', MEASURES.u.doc, signals.u, true],
    ['s', MEASURES.s.doc, signals.s, true],
    ['t', MEASURES.t.doc, signals.t, true],
    ['φ', 'the divergence’s slope at u', signals.phi, true],
    ['term', MEASURES.term.doc, signals.term, true],
    ['advantage', MEASURES.advantage.doc, signals.advantage, true],
    ...(signals.v ? [stepEntry(signals.v)] : []),
    ['H_S', MEASURES.H_S.doc, signals.H_S, false],
    ['H_T', MEASURES.H_T.doc, signals.H_T, false],
  ];
  const entries = columns.map(([name, doc, values, isSigned]) => ({
    name,
    doc,
    value: values[token],
    signed: isSigned,
    tinted: name === 'u',
  }));
  return <NumberGrid entries={entries} />;
}
