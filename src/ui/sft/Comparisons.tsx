import { useLab } from '../state/store';
import styles from './Comparisons.module.css';
import type { Comparison, Sample } from './snapshot';

const NONE: readonly Comparison[] = [];

/** Held-out prompts with the model's answers before and after, beside the one in the data. */
export function Comparisons() {
  const comparisons = useLab((s) => s.snapshot.sft?.comparisons ?? NONE);
  const heldOut = useLab((s) => s.snapshot.sft?.start.heldOut ?? null);
  return (
    <section aria-label="Before and after">
      <h2>Before and after</h2>
      {comparisons.length === 0 && (
        <p className={styles.none}>
          {heldOut === 0
            ? 'No example is held out, so there is no prompt to answer. Add examples: one in eight is held out.'
            : 'The model’s answers to held-out prompts show here before the first update and after the last.'}
        </p>
      )}
      {comparisons.map((comparison) => (
        <Answers key={comparison.before.index} {...comparison} />
      ))}
    </section>
  );
}

function Answers({ prompt, expected, before, after }: Comparison) {
  return (
    <article className={styles.comparison}>
      <h3 className={styles.prompt}>{prompt}</h3>
      <dl className={styles.answers}>
        <Answer
          head={before.step === 0 ? 'before' : `after update ${before.step}`}
          sample={before}
          expected={expected}
        />
        {after ? (
          <Answer head={`after update ${after.step}`} sample={after} expected={expected} />
        ) : (
          <div>
            <dt>after</dt>
            <dd className={styles.empty}>Shows when the run ends or is stopped.</dd>
          </div>
        )}
        <div>
          <dt>in the data</dt>
          <dd className={styles.text}>{expected}</dd>
        </div>
      </dl>
    </article>
  );
}

function Answer({ head, sample, expected }: { head: string; sample: Sample; expected: string }) {
  const same = sample.text.trim() === expected.trim();
  const marks = [same ? '✓ as in the data' : '', sample.ended ? '' : 'cut'].filter(Boolean).join(', ');
  return (
    <div>
      <dt>
        {head}
        {marks && <span className={styles.mark}> {marks}</span>}
      </dt>
      <dd className={styles.text}>{sample.text || '(nothing)'}</dd>
    </div>
  );
}
