import type { TokenRow } from '../../../antisd/measures';
import { percent, signed, signOf, tokenText } from '../../format';
import { useView } from '../view';
import styles from './Tabs.module.css';

/** The token strings of this response that carry the signal, to either side. */
export function TokensTab() {
  const view = useView();
  if (!view) return <p className={styles.empty}>Shortcut and deliberation tokens show once the response is scored.</p>;
  return (
    <div className={styles.halves}>
      <List title="Shortcuts: the context makes them likelier" rows={view.analysis.shortcuts} />
      <List title="Deliberation: the context makes them less likely" rows={view.analysis.deliberation} />
    </div>
  );
}

function List({ title, rows }: { title: string; rows: readonly TokenRow[] }) {
  return (
    <table className={styles.table}>
      <caption>{title}</caption>
      <thead>
        <tr>
          <th scope="col">token</th>
          <th scope="col" className={styles.right}>
            count
          </th>
          <th scope="col" className={styles.right}>
            Σu
          </th>
          <th scope="col" className={styles.right}>
            of Σ|u|
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ token, count, meanU, share }) => (
          <tr key={token}>
            <th scope="row" className={styles.token}>
              {tokenText(token)}
            </th>
            <td data-number>{count}</td>
            <td data-number data-sign={signOf(meanU)}>
              {signed(count * meanU)}
            </td>
            <td data-number>{percent(share)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
