import { percent, plain, signed, signOf } from '../../format';
import { BeliefCurve } from '../../heatmap/BeliefCurve';
import { useInspector } from '../store';
import { useView } from '../view';
import styles from './Figures.module.css';

const pick = (focused: number): void => useInspector.setState({ focused });

/** The response's figures: the information it shares with c, and which kinds of token carry it. */
export function Figures() {
  const view = useView();
  const verdict = useInspector((s) => s.verdict);
  const token = useInspector((s) => s.pointed ?? s.focused);
  if (!view) return null;
  const { analysis } = view;
  return (
    <section className={styles.figures} aria-label="Figures of the response">
      <h2>Whole response</h2>
      <p className={styles.sum} title="log p(response | x, c) − log p(response | x), nats">
        <span className={styles.big} data-number data-sign={signOf(analysis.sumU)}>
          Σu {signed(analysis.sumU)}
        </span>
        <span className={styles.where}>
          nats: <span data-number>{signed(analysis.above)}</span> shortcut,{' '}
          <span data-number>{signed(analysis.below)}</span> deliberation
        </span>
      </p>
      <BeliefCurve u={view.columns.u} marked={token} onPick={pick} />
      <dl className={styles.facts}>
        <Fact name="tokens" value={analysis.tokens.toLocaleString('en-US')} />
        <Fact name="mean |u|" value={plain(analysis.meanAbsU)} />
        <Fact name="student’s perplexity" value={plain(analysis.studentPerplexity)} />
        <Fact name="teacher’s perplexity" value={plain(analysis.teacherPerplexity)} />
        <Fact name="student’s entropy" value={plain(analysis.studentEntropy)} />
        <Fact name="teacher’s entropy" value={plain(analysis.teacherEntropy)} />
        {verdict && <Fact name="reward" value={plain(verdict.reward)} />}
        <Fact name="group advantage" value={signed(view.groupAdvantage)} />
      </dl>
      <table className={styles.classes}>
        <caption>Share of Σ|u| by kind of token</caption>
        <tbody>
          {analysis.classes
            .filter(({ tokens }) => tokens > 0)
            .map(({ name, tokens, sumU, share }) => (
              <tr key={name} title={`${tokens} tokens`}>
                <th scope="row">{name}</th>
                <td className={styles.bar}>
                  <span style={{ width: `${100 * share}%` }} />
                </td>
                <td data-number>{percent(share)}</td>
                <td data-number data-sign={signOf(sumU, 1)} title="Σu of these tokens, nats">
                  {signed(sumU, 1)}
                </td>
              </tr>
            ))}
        </tbody>
      </table>
      {analysis.warning && (
        <p className={styles.warning} role="note">
          {analysis.warning}
        </p>
      )}
    </section>
  );
}

function Fact({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd data-number>{value}</dd>
    </div>
  );
}
