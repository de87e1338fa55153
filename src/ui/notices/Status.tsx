import { useThrottled } from '../hooks';
import styles from './Notices.module.css';

interface Props {
  readonly text: string;
  /** Time between two things said, ms: a screen reader must be able to finish. */
  readonly spokenEvery: number;
}

/** What is going on: for the eye at once, so that it agrees with what it stands below; for a screen reader at a pace that it can follow. */
export function Status({ text, spokenEvery }: Props) {
  const spoken = useThrottled(text, spokenEvery);
  return (
    <div className={styles.status}>
      <p aria-hidden="true">{text}</p>
      <p className="visually-hidden" role="status" aria-live="polite">
        {spoken}
      </p>
    </div>
  );
}
