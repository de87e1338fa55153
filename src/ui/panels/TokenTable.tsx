import type { TokenRow } from '../../lab/events';
import { signed, tokenText } from '../format';
import { useLab } from '../state/store';
import styles from './TokenTable.module.css';

const SHOWN = 5;
/** Rarer tokens say little. */
const LEAST_COUNT = 5;

/** The tokens that the context makes most likely, and those it makes least likely, over the run so far. */
export function TokenTable() {
  const rows = useLab((s) => s.snapshot.table).filter((row) => row.count >= LEAST_COUNT);
  const sorted = [...rows].sort((a, b) => b.meanU - a.meanU);
  return (
    <section aria-label="Token table" className={styles.tokens}>
      <h2>Tokens</h2>
      {sorted.length === 0 ? (
        <p className={styles.empty}>Shortcut and deliberation tokens show once steps are scored.</p>
      ) : (
        <table title={`Tokens seen at least ${LEAST_COUNT} times`}>
          <thead>
            <tr>
              <th scope="col">token</th>
              <th scope="col">count</th>
              <th scope="col">mean u</th>
              <th scope="col">mean term</th>
            </tr>
          </thead>
          <Part title="shortcut" rows={sorted.filter((r) => r.meanU > 0).slice(0, SHOWN)} />
          <Part
            title="deliberation"
            rows={sorted
              .filter((r) => r.meanU < 0)
              .slice(-SHOWN)
              .reverse()}
          />
        </table>
      )}
    </section>
  );
}

function Part({ title, rows }: { title: string; rows: readonly TokenRow[] }) {
  return (
    <tbody>
      <tr>
        <th scope="rowgroup" colSpan={4} className={styles.part}>
          {title}
        </th>
      </tr>
      {rows.map(({ token, count, meanU, meanTerm }) => (
        <tr key={token}>
          <th scope="row" className={styles.token}>
            {tokenText(token)}
          </th>
          <td data-number>{count.toLocaleString('en-US')}</td>
          <td data-number data-sign={Math.sign(meanU)}>
            {signed(meanU)}
          </td>
          <td data-number>{signed(meanTerm, 3)}</td>
        </tr>
      ))}
    </tbody>
  );
}
