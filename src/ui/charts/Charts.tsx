import { useState } from 'react';
import { useLab } from '../state/store';
import styles from './Charts.module.css';
import { FIGURES } from './curves';
import { LineFigure } from './LineFigure';
import { StepTable } from './StepTable';

/** The run's curves, or the same figures as a table. */
export function Charts() {
  const [asTable, setAsTable] = useState(false);
  const steps = useLab((s) => s.snapshot.steps);
  const evals = useLab((s) => s.snapshot.evals);
  return (
    <section aria-label="Curves">
      <div className={styles.head}>
        <h2>Curves</h2>
        <button type="button" aria-pressed={asTable} onClick={() => setAsTable(!asTable)}>
          As table
        </button>
      </div>
      {asTable ? (
        <StepTable steps={steps} evals={evals} />
      ) : (
        <div className={styles.grid}>
          {FIGURES.map((figure) => (
            <LineFigure key={figure.title} figure={figure} steps={steps} evals={evals} />
          ))}
        </div>
      )}
    </section>
  );
}
