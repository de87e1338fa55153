import type { PageName } from '../route';
import styles from './Header.module.css';
import { Pages } from './Pages';

/** What every page begins with: its name and the other pages. */
export function Masthead({ page }: { page?: PageName }) {
  return (
    <>
      <h1 className={styles.title}>AntiSD Lab</h1>
      <Pages current={page} />
    </>
  );
}
