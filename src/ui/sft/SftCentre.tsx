import { BatchLosses } from './BatchLosses';
import { Comparisons } from './Comparisons';
import styles from './SftCentre.module.css';

/** What the model says before and after, and which tokens still surprise it. */
export function SftCentre() {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
    <section className={styles.centre} aria-label="Answers and losses" tabIndex={0}>
      <Comparisons />
      <BatchLosses />
    </section>
  );
}
