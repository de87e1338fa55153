import styles from './Legend.module.css';
import { MEASURES, type Measure, type MeasureName, TINT_STEPS } from './measures';

/** The tints with the values at which they begin. The domain is fixed, whatever the run does. */
export function Legend({ measure }: { measure: MeasureName }) {
  const m: Measure = MEASURES[measure];
  const starts = TINT_STEPS.map((share) => share * m.domain);
  const cells = m.scale === 'both' ? [-3, -2, -1, 0, 1, 2, 3] : [0, 1, 2, 3];
  const negative = m.domain === 4; // log-probabilities: sizes of numbers below zero
  return (
    <figure className={styles.legend}>
      <figcaption className={styles.doc}>{m.doc}</figcaption>
      <div className={styles.scale}>
        <span className={styles.word}>{measure === 'u' ? 'deliberation' : ''}</span>
        {cells.map((step) => (
          <span key={step} className={styles.cell} data-tint={step} data-scale={m.scale}>
            {label(step, starts, m.scale === 'both' || negative ? (negative ? -1 : Math.sign(step)) : 1)}
          </span>
        ))}
        <span className={styles.word}>{measure === 'u' ? 'shortcut' : ''}</span>
        <span className={styles.word}>{m.unit}</span>
      </div>
    </figure>
  );
}

function label(step: number, starts: readonly number[], sign: number): string {
  if (step === 0) return '0';
  const start = starts[Math.abs(step) - 1];
  return `${sign < 0 ? '−' : ''}${Number(start.toPrecision(2))}${Math.abs(step) === 3 ? ' …' : ''}`;
}
