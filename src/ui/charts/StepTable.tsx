import { plain } from '../format';
import type { Sequence } from '../state/series';
import type { Column, Dot } from './curves';
import styles from './StepTable.module.css';

/** Rows shown; the stored run holds all of them. */
const ROWS = 50;

interface Props<F> {
  columns: readonly Column<F>[];
  steps: Sequence<F>;
  /** What is measured now and then; the last column. */
  dots: { readonly head: string; readonly values: readonly Dot[] };
  /** What a row is called. */
  unit: string;
}

/** The curves as numbers, newest step first. */
export function StepTable<F extends { step: number }>({ columns, steps, dots, unit }: Props<F>) {
  if (steps.length === 0) return <p className={styles.note}>Figures show after {unit} 1.</p>;
  const measured = new Map(dots.values.map(({ step, value }) => [step, value]));
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling box must be reachable by keyboard
    <section className={styles.scroll} tabIndex={0} aria-label={`Figures by ${unit}`}>
      <table>
        <thead>
          <tr>
            {[...columns.map(([head]) => head), dots.head].map((head) => (
              <th key={head} scope="col">
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody data-number>
          {steps
            .slice(-ROWS)
            .reverse()
            .map((f) => (
              <tr key={f.step}>
                {columns.map(([head, of]) => {
                  const value = of(f);
                  return <td key={head}>{typeof value === 'string' ? value : plain(value)}</td>;
                })}
                <td>{plain(measured.get(f.step) ?? null)}</td>
              </tr>
            ))}
        </tbody>
      </table>
      {steps.length > ROWS && (
        <p className={styles.note}>
          The last {ROWS} {unit}s.
        </p>
      )}
    </section>
  );
}
