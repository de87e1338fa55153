import { Activity, type ComponentType, lazy, Suspense, useEffect, useState } from 'react';
import styles from './App.module.css';
import { PAGE_KEYS } from './actions';
import { Header } from './header/Header';
import { useCloseWarning, usePage, useShortcuts, useTheme, useWakeLock } from './hooks';
import { NewerBuild } from './notices/NewerBuild';
import notices from './notices/Notices.module.css';
import { ProblemLine } from './notices/ProblemLine';
import { Region } from './Region';
import { PAGES, type PageName } from './route';
import { Tour } from './tour/Tour';
import { TrainPage } from './train/TrainPage';

/** Past the header and the settings, for whoever goes by Tab: to the tokens, or the answers, of the page on screen. */
function toMain(): void {
  const regions = document.querySelectorAll<HTMLElement>('main section[tabindex="0"]');
  [...regions].find((region) => region.checkVisibility())?.focus();
}

interface LaterPage {
  /** As a person would call it. */
  readonly name: string;
  readonly load: () => Promise<{ default: ComponentType }>;
}

/** Pages whose code comes with the first visit. */
const LATER: Readonly<Record<Exclude<PageName, 'train'>, LaterPage>> = {
  inspect: { name: 'inspector', load: () => import('./inspector/InspectorPage') },
  compare: { name: 'comparison', load: () => import('./compare/ComparePage') },
  learn: { name: 'lessons', load: () => import('./learn/LearnPage') },
};

/** The header and the page that the address names. The others keep their state, and draw nothing while they are hidden. */
export function App() {
  useShortcuts(PAGE_KEYS);
  useWakeLock();
  useCloseWarning();
  useTheme();
  const page = usePage();
  useEffect(() => {
    document.title = page === 'train' ? 'AntiSD Lab' : `${PAGES[page]} · AntiSD Lab`;
  }, [page]);
  return (
    <div className={styles.page}>
      <button type="button" className={styles.skip} onClick={toMain}>
        Skip to the tokens
      </button>
      <Region name="The header">
        <Header page={page} />
      </Region>
      <Activity mode={page === 'train' ? 'visible' : 'hidden'}>
        <Region name="The training page">
          <TrainPage />
        </Region>
      </Activity>
      {Object.entries(LATER).map(([name, row]) => (
        <Later key={name} row={row} shown={page === name} />
      ))}
      {page !== 'train' && ( // which shows it beside its other notices
        <div className={notices.stack}>
          <ProblemLine />
        </div>
      )}
      <Tour />
      <NewerBuild />
    </div>
  );
}

/** Begins with its first visit, and its Worker with it. */
function Later({ row, shown }: { row: LaterPage; shown: boolean }) {
  const load = () => lazy(row.load); // React keeps what could not be loaded: a new try takes a new one
  const [visited, setVisited] = useState(shown);
  const [Page, setPage] = useState(load);
  if (shown && !visited) setVisited(true);
  if (!visited) return null;
  return (
    <Activity mode={shown ? 'visible' : 'hidden'}>
      <Region name={`The ${row.name}`} onAgain={() => setPage(load)}>
        <Suspense fallback={<p className={styles.opening}>Opening the {row.name} …</p>}>
          <Page />
        </Suspense>
      </Region>
    </Activity>
  );
}
