import { useLab } from '../state/store';
import styles from './Notices.module.css';

/** Why the last step taught nothing, or taught through the signal alone. Its place is kept, so that nothing below it moves. */
export function StepNote() {
  const last = useLab((s) => s.snapshot.steps.at(-1));
  const note = last?.note ?? null;
  return (
    <p className={styles.note} title={note ?? undefined}>
      {note}
    </p>
  );
}
