import { useState } from 'react';
import { MEASURES } from '../heatmap/measures';
import { useLab } from '../state/store';
import { TokenText } from '../tokens/TokenText';
import styles from './ProbePanel.module.css';

/** One text, the same through training: its tints are those of the last time that it was scored. */
export function ProbePanel() {
  const probe = useLab((s) => s.snapshot.probe);
  const separator = useLab((s) => s.snapshot.separator);
  const measure = useLab((s) => s.measure);
  const [chosen, setChosen] = useState(0);
  if (!probe) return null;
  const text = probe.rollouts[Math.min(chosen, probe.rollouts.length - 1)];
  const scale = MEASURES[measure === 'step' ? 'u' : measure]; // a probe's steps are not judged
  const values = text.signals ? scale.of(text.signals) : null;
  return (
    <section aria-label="The same text" className={styles.probe}>
      <h2>The same text, scored after step {probe.step}</h2>
      {probe.rollouts.length > 1 && (
        <select value={chosen} aria-label="Which text" onChange={({ target }) => setChosen(Number(target.value))}>
          {probe.rollouts.map(({ index, question }) => (
            <option key={index} value={index}>
              {question}
            </option>
          ))}
        </select>
      )}
      <TokenText tokens={text.tokens} separator={separator} marks={{ scale, values, u: text.signals?.u ?? null }} />
    </section>
  );
}
