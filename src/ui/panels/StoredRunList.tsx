import { bytesText } from '../../data/bytes';
import { useLab } from '../state/store';
import { StoredRunRow } from './StoredRunRow';
import styles from './StoredRuns.module.css';

/** The runs that this browser keeps, newest first, and what they take of its storage. */
export function StoredRunList() {
  const runs = useLab((s) => s.runs);
  if (runs === null) return null;
  if (runs.length === 0) return <p>No run is stored in this browser.</p>;
  const total = runs.reduce((sum, { bytes }) => sum + bytes, 0);
  return (
    <section aria-label="Stored runs">
      <p className={styles.caption}>
        {runs.length === 1 ? 'One run' : `${runs.length} runs`}, {bytesText(total)}
      </p>
      <ul>
        {runs.map((run) => (
          <StoredRunRow key={run.id} run={run} />
        ))}
      </ul>
    </section>
  );
}
