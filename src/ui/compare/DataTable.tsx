import type { Table } from '../../report/tables';
import styles from './ComparePage.module.css';

/** A table of a report. */
export function DataTable({ table: { title, doc, head, rows } }: { table: Table }) {
  return (
    <section aria-label={title}>
      <h2>{title}</h2>
      {doc && <p className={styles.doc}>{doc}</p>}
      {rows.length > 0 && <Rows title={title} head={head} rows={rows} />}
    </section>
  );
}

function Rows({ title, head, rows }: Pick<Table, 'title' | 'head' | 'rows'>) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling box must be reachable by keyboard
    <section className={styles.wide} tabIndex={0} aria-label={`${title}, rows`}>
      <table>
        <thead>
          <tr>
            {head.map((name, i) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: columns of one name stand in their order
              <th key={i} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(([first, ...cells], row) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: rows have no other name
            <tr key={row}>
              <th scope="row">{first}</th>
              {cells.map((cell, i) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: as the columns
                <td key={i} data-number>
                  {cell}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
