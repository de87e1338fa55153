import { useState } from 'react';
import type { Sequence } from '../state/series';
import styles from './Charts.module.css';
import type { Column, Dot, Figure } from './curves';
import { LineFigure } from './LineFigure';
import { StepTable } from './StepTable';

interface Props<F extends { step: number }> {
  figures: readonly Figure<F>[];
  columns: readonly Column<F>[];
  steps: Sequence<F>;
  dots: readonly Dot[];
  /** What one of them is called. */
  unit: string;
}

/** A run's curves, or the same figures as a table. */
export function CurvesSection<F extends { step: number }>({ figures, columns, steps, dots, unit }: Props<F>) {
  const [asTable, setAsTable] = useState(false);
  return (
    <section aria-label="Curves" data-table={asTable}>
      <div className={styles.head}>
        <h2>Curves</h2>
        <button type="button" aria-pressed={asTable} onClick={() => setAsTable(!asTable)}>
          As table
        </button>
      </div>
      {asTable ? (
        <StepTable columns={columns} steps={steps} dots={{ head: 'held-out', values: dots }} unit={unit} />
      ) : (
        <div className={styles.grid}>
          {figures.map((figure) => (
            <LineFigure key={figure.title} figure={figure} steps={steps} dots={dots} unit={unit} />
          ))}
        </div>
      )}
    </section>
  );
}
