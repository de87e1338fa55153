import { percent } from '../../format';
import { MEASURES } from '../../heatmap/measures';
import { type NumberEntry, NumberGrid } from '../../heatmap/NumberGrid';
import { Probabilities } from '../../heatmap/Probabilities';
import { useInspector } from '../store';
import { useView, type View } from '../view';
import styles from './Figures.module.css';

/** All numbers of the token that is pointed at or focused, and what else could have stood there. */
export function TokenFigures() {
  const view = useView();
  const token = useInspector((s) => s.pointed ?? s.focused);
  if (!view || token >= view.count)
    return (
      <section className={styles.token} aria-label="Token detail">
        <p className={styles.hint}>
          The student wrote every token without help. The teacher, the same model shown a solution, says how likely it
          finds each. Orange with a dotted line: the solution makes the token less likely, a sign of deliberation. Blue:
          the solution makes it likelier, a shortcut.
        </p>
      </section>
    );
  const { student, teacher } = view.scored.alternatives;
  return (
    <section className={styles.token} aria-label="Token detail">
      <p className={styles.title}>
        <span className={styles.name} dir="auto">
          {view.names[token]}
        </span>
        <span className={styles.where}>
          token {token + 1} of {view.count}, {view.analysis.classOf[token]}
        </span>
      </p>
      <p className={styles.where}>
        Student {percent(Math.exp(view.scored.s[token]))}, teacher {percent(Math.exp(view.scored.t[token]))}
        <Whole view={view} token={token} />
      </p>
      <NumberGrid entries={entriesOf(view, token)} />
      <div className={styles.pair}>
        <Probabilities title="Student’s top tokens" rows={student[token] ?? []} chosen={view.scored.tokens[token]} />
        <Probabilities title="Teacher’s top tokens" rows={teacher[token] ?? []} chosen={view.scored.tokens[token]} />
      </div>
    </section>
  );
}

/** The character that a token is a part of. */
function Whole({ view, token }: { view: View; token: number }) {
  if (!view.pieces.some((p) => p.token === token && p.look === 'bytes')) return null;
  const [from, to] = view.scored.spans[token];
  return <>; a part of “{view.response.slice(from, to)}”</>;
}

function entriesOf({ columns, other, arm }: View, token: number): NumberEntry[] {
  const entries: NumberEntry[] = [
    { name: 'u', doc: MEASURES.u.doc, value: columns.u[token], signed: true, tinted: true },
    { name: 's', doc: MEASURES.s.doc, value: columns.s[token], signed: true },
    { name: 't', doc: MEASURES.t.doc, value: columns.t[token], signed: true },
    { name: 'φ', doc: 'the divergence’s slope at u', value: columns.phi[token], signed: true },
    { name: 'term', doc: `what ${arm.label} adds to the advantage`, value: columns.term[token], signed: true },
    { name: 'advantage', doc: MEASURES.advantage.doc, value: columns.advantage[token], signed: true },
    { name: 'H_S', doc: MEASURES.H_S.doc, value: columns.H_S[token], signed: false },
    { name: 'H_T', doc: MEASURES.H_T.doc, value: columns.H_T[token], signed: false },
  ];
  if (other?.delta)
    entries.push({
      name: 'Δu',
      doc: 'u here, less u on the other side',
      value: other.delta[token],
      signed: true,
      tinted: true,
    });
  return entries;
}
