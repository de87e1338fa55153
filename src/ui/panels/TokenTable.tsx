import { useState } from 'react';
import type { TokenRow } from '../../antisd/measures';
import { TOKEN_METRICS } from '../../runs/metrics';
import { signed, signOf, tokenText } from '../format';
import { useLab } from '../state/store';
import styles from './TokenTable.module.css';

const SHOWN = 3;
/** Smaller means of u read as 0.00: such a token is neither. */
const LEAST_SHOWN = 0.005;
/** Rarer tokens say little. */
const LEAST_COUNT = 5;

type Rank = 'meanU' | 'meanTerm';

/** The tokens of one sign of u, the largest by `rank` first. */
export const ranked = (table: readonly TokenRow[], sign: 1 | -1, rank: Rank): TokenRow[] =>
  table
    .filter(({ count, meanU }) => count >= LEAST_COUNT && sign * meanU >= LEAST_SHOWN)
    .sort((a, b) => Math.abs(b[rank]) - Math.abs(a[rank]));

/** Shortcuts (u > 0: the context makes them likelier) and deliberation (u < 0), over the run so far. */
export function TokenTable() {
  const [chosen, setRank] = useState<Rank | null>(null);
  const table = useLab((s) => s.snapshot.table);
  // What the method acts on says more than u, where guesses stand out; without a term there is only u.
  const rank = chosen ?? (table.some((row) => row.meanTerm !== 0) ? 'meanTerm' : 'meanU');
  const parts = { shortcut: ranked(table, 1, rank), deliberation: ranked(table, -1, rank) };
  return (
    <section aria-label="Token table" className={styles.tokens}>
      <h2>Tokens</h2>
      <p className={styles.empty}>
        {parts.shortcut.length + parts.deliberation.length === 0
          ? 'Shortcuts and deliberation show once steps are scored.'
          : `Over the run so far; tokens seen at least ${LEAST_COUNT} times.`}
      </p>
      <table>
        <thead>
          <tr>
            <th scope="col">{TOKEN_METRICS.token.label}</th>
            <th scope="col">{TOKEN_METRICS.count.label}</th>
            {(['meanU', 'meanTerm'] as const).map((name) => (
              <th key={name} scope="col" aria-sort={rank === name ? 'descending' : 'none'}>
                <button type="button" title={`Rank by ${TOKEN_METRICS[name].definition}`} onClick={() => setRank(name)}>
                  {TOKEN_METRICS[name].label}
                </button>
              </th>
            ))}
          </tr>
        </thead>
        {Object.entries(parts).map(([title, rows]) => (
          <Part key={title} title={title} rows={rows.slice(0, SHOWN)} />
        ))}
      </table>
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
          <td data-number data-sign={signOf(meanU)}>
            {signed(meanU)}
          </td>
          <td data-number>{signed(meanTerm, 3)}</td>
        </tr>
      ))}
      {/* Places for tokens to come: nothing below moves when they do. */}
      {Array.from({ length: SHOWN - rows.length }, (_, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: empty places
        <tr key={i}>
          <td colSpan={4}>&nbsp;</td>
        </tr>
      ))}
    </tbody>
  );
}
