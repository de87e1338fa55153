import { useLab } from '../state/store';
import styles from './Notices.module.css';

/** Why the last step taught nothing, or taught through the signal alone. */
export function StepNote() {
  const last = useLab((s) => s.snapshot.steps.at(-1));
  if (!last?.note) return null;
  return (
    <p className={styles.note}>
      Step {last.step}: {last.note}
    </p>
  );
}
