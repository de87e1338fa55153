import { PAGES, type PageName } from '../route';
import styles from './Pages.module.css';

/** The pages as links, so that they open in another tab too. */
export function Pages({ current }: { current?: PageName }) {
  return (
    <nav className={styles.pages} aria-label="Pages">
      {Object.entries(PAGES).map(([name, label]) => (
        <a key={name} href={`#${name}`} aria-current={name === current ? 'page' : undefined}>
          {label}
        </a>
      ))}
    </nav>
  );
}
