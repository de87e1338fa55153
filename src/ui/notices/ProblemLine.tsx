import { said } from '../models/names';
import { useLab } from '../state/store';
import styles from './Notices.module.css';

/** What could not be done, until it is dismissed. */
export function ProblemLine() {
  const problem = useLab((s) => s.problem);
  if (!problem) return null;
  return (
    <div className={styles.fault} role="alert">
      <p>{said(problem)}</p>
      <div className={styles.buttons}>
        <button type="button" onClick={() => useLab.setState({ problem: null })}>
          Dismiss
        </button>
      </div>
    </div>
  );
}
