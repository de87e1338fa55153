import { useState } from 'react';
import type { TokenRow } from '../../antisd/measures';
import { TOKEN_METRICS } from '../../runs/metrics';
import { signed, tokenText } from '../format';
import { useLab } from '../state/store';
import styles from './TokenTable.module.css';

const SHOWN = 5;
/** Smaller means read as 0.000. */
const LEAST_SHOWN = 0.0005;
/** Rarer tokens say little. */
const LEAST_COUNT = 5;

type Rank = 'meanU' | 'meanTerm';

/** Positive for shortcuts, negative for deliberation. The term has the opposite sign where the method is AntiSD. */
const RANKS: Record<Rank, (row: TokenRow) => number> = { meanU: (row) => row.meanU, meanTerm: (row) => -row.meanTerm };

/** The tokens that the context makes most likely, and those it makes least likely, over the run so far. */
export function TokenTable() {
  const [chosen, setRank] = useState<Rank | null>(null);
  const table = useLab((s) => s.snapshot.table);
  // What the method acts on says more than u, where guesses stand out; without a term there is only u.
  const rank = chosen ?? (table.some((row) => row.meanTerm !== 0) ? 'meanTerm' : 'meanU');
  const of = RANKS[rank];
  const sorted = table
    .filter((row) => row.count >= LEAST_COUNT && Math.abs(of(row)) >= LEAST_SHOWN)
    .sort((a, b) => of(b) - of(a));
  return (
    <section aria-label="Token table" className={styles.tokens}>
      <h2>Tokens</h2>
      {sorted.length === 0 ? (
        <p className={styles.empty}>Shortcut and deliberation tokens show once steps are scored.</p>
      ) : (
        <table title={`Tokens seen at least ${LEAST_COUNT} times`}>
          <thead>
            <tr>
              <th scope="col">{TOKEN_METRICS.token.label}</th>
              <th scope="col">{TOKEN_METRICS.count.label}</th>
              {(['meanU', 'meanTerm'] as const).map((name) => (
                <th key={name} scope="col" aria-sort={rank === name ? 'descending' : 'none'}>
                  <button
                    type="button"
                    title={`Rank by ${TOKEN_METRICS[name].definition}`}
                    onClick={() => setRank(name)}
                  >
                    {TOKEN_METRICS[name].label}
                  </button>
                </th>
              ))}
            </tr>
          </thead>
          <Part title="shortcut" rows={sorted.filter((r) => of(r) > 0).slice(0, SHOWN)} />
          <Part
            title="deliberation"
            rows={sorted
              .filter((r) => of(r) < 0)
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
