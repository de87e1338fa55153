import { sum } from '../../../antisd/statistics';
import { signed, signOf } from '../../format';
import { nameShown } from '../../models/names';
import { Strip } from '../Strip';
import { isAsked, useInspector } from '../store';
import { useView, type View } from '../view';
import styles from './Tabs.module.css';

/** Where bars reach the edge, nats. */
const DOMAIN = 2;
/** Tokens listed by the size of their change. */
const LISTED = 8;
const pick = (focused: number): void => useInspector.setState({ focused });

/** u of the same texts on both sides of a comparison, and where it moved. */
export function CompareTab() {
  const view = useView();
  const compare = useInspector((s) => s.compare);
  const other = useInspector((s) => s.other);
  const working = useInspector((s) => isAsked(s, 'other', 'compare'));
  if (working) return <p className={styles.empty}>The other side of the comparison is being scored …</p>;
  if (compare === 'nothing' || !view?.other)
    return (
      <p className={styles.empty}>
        {compare === 'model' && !other
          ? 'Open the other model on the left: the same texts are then scored by both.'
          : 'Choose on the left what to compare with: another model, or this one with its adapter off. The same texts are then scored on both sides.'}
      </p>
    );
  const before = compare === 'model' ? nameShown(other?.subject.model ?? 'other model') : 'adapter off';
  return <Comparison view={view} here={compare === 'model' ? 'this model' : 'adapter on'} there={before} />;
}

function Comparison({ view, here, there }: { view: View; here: string; there: string }) {
  const focused = useInspector((s) => s.focused);
  if (!view.other) return null;
  const { u, delta } = view.other;
  const rows = [
    [`u, ${here}`, view.columns.u],
    [`u, ${there}`, u],
    ...(delta ? [['Δu, the first less the second', delta] as const] : []),
  ] as const;
  return (
    <>
      <table className={styles.table}>
        <caption>The same response, token by token, ±{DOMAIN} nats</caption>
        <colgroup>
          <col className={styles.name} />
          <col />
          <col className={styles.figure} />
        </colgroup>
        <tbody>
          {rows.map(([name, values]) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td>
                <Strip
                  values={values}
                  domain={DOMAIN}
                  marked={focused}
                  onPick={pick}
                  label={`${name}: sum ${signed(sum(values))} nats`}
                />
              </td>
              <td data-number data-sign={signOf(sum(values))}>
                Σ {signed(sum(values))}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {delta ? (
        <Moved view={view} u={u} delta={delta} here={here} there={there} />
      ) : (
        <p className={styles.empty}>
          The other model cuts the text into {u.length} tokens of its own: only the sums can be compared.
        </p>
      )}
    </>
  );
}

interface MovedProps {
  view: View;
  u: ArrayLike<number>;
  delta: ArrayLike<number>;
  here: string;
  there: string;
}

function Moved({ view, u, delta, here, there }: MovedProps) {
  const moved = Array.from(delta, (d, token) => ({ d, token }))
    .sort((a, b) => Math.abs(b.d) - Math.abs(a.d))
    .slice(0, LISTED);
  return (
    <table className={`${styles.table} ${styles.more}`}>
      <caption>Tokens that moved most</caption>
      <thead>
        <tr>
          <th scope="col">token</th>
          <th scope="col" className={styles.right}>
            u, {here}
          </th>
          <th scope="col" className={styles.right}>
            u, {there}
          </th>
          <th scope="col" className={styles.right}>
            Δu
          </th>
        </tr>
      </thead>
      <tbody>
        {moved.map(({ d, token }) => (
          <tr key={token}>
            <th scope="row">
              <button type="button" onClick={() => pick(token)}>
                {view.names[token]}
              </button>
            </th>
            <td data-number>{signed(view.columns.u[token])}</td>
            <td data-number>{signed(u[token])}</td>
            <td data-number data-sign={signOf(d)}>
              {signed(d)}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
