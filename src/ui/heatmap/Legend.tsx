import { TINT_STEPS } from '../../inspect/tint';
import tints from '../tokens/Tints.module.css';
import styles from './Legend.module.css';
import type { Measure } from './measures';

/** The tints with the values at which they begin. The domain is fixed, whatever the run does. */
export function Legend({ measure }: { measure: Omit<Measure, 'of'> }) {
  const { scale, domain, negative, ends, doc, unit } = measure;
  const cells = scale === 'both' ? [-3, -2, -1, 0, 1, 2, 3] : [0, 1, 2, 3];
  return (
    <figure className={styles.legend}>
      <figcaption className={styles.doc}>{doc}</figcaption>
      <div className={`${styles.scale} ${tints.tints}`} data-scale={scale}>
        <span className={styles.word}>{ends?.[0]}</span>
        {cells.map((step) => (
          <span key={step} className={styles.cell} data-tint={step}>
            {tintLabel(step, domain, negative || step < 0)}
          </span>
        ))}
        <span className={styles.word}>{ends?.[1]}</span>
        <span className={styles.word}>{unit}</span>
      </div>
    </figure>
  );
}

/** The value at which a tint begins; the strongest has no end. */
export function tintLabel(step: number, domain: number, below: boolean): string {
  if (step === 0) return '0';
  const start = TINT_STEPS[Math.abs(step) - 1] * domain;
  return `${below ? '−' : ''}${Number(start.toPrecision(2))}${Math.abs(step) === 3 ? ' …' : ''}`;
}
