import { useLab } from '../state/store';
import styles from './Notices.module.css';

/** What is to be known of the run on screen: of its settings, and of its model. */
export function RunWarnings() {
  const warnings = useLab((s) => s.snapshot.warnings);
  return warnings.map((text) => (
    <p key={text} className={styles.note}>
      {text}
    </p>
  ));
}
