import { Activity, lazy, Suspense, useEffect, useState } from 'react';
import styles from './App.module.css';
import { PAGE_KEYS } from './actions';
import { Header } from './header/Header';
import { useCloseWarning, useShortcuts, useTheme, useWakeLock } from './hooks';
import { NewerBuild } from './notices/NewerBuild';
import { Region } from './Region';
import { PAGES, usePage } from './route';
import { TrainPage } from './train/TrainPage';

/** Past the header and the settings, for whoever goes by Tab: to the tokens, or the answers, of the page on screen. */
function toMain(): void {
  const regions = document.querySelectorAll<HTMLElement>('main section[tabindex="0"]');
  [...regions].find((region) => region.checkVisibility())?.focus();
}

/** React keeps what could not be loaded, so that a new try takes a new one. */
const loadInspector = () => lazy(() => import('./inspector/InspectorPage'));
const loadCompare = () => lazy(() => import('./compare/ComparePage'));

/** The header and the page that the address names. The others keep their state, and draw nothing while they are hidden. */
export function App() {
  useShortcuts(PAGE_KEYS);
  useWakeLock();
  useCloseWarning();
  useTheme();
  const page = usePage();
  const [inspected, setInspected] = useState(page === 'inspect');
  const [InspectorPage, setInspectorPage] = useState(loadInspector);
  if (page === 'inspect' && !inspected) setInspected(true); // its Worker starts with the first visit
  const [compared, setCompared] = useState(page === 'compare');
  const [ComparePage, setComparePage] = useState(loadCompare);
  if (page === 'compare' && !compared) setCompared(true);
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
      {inspected && (
        <Activity mode={page === 'inspect' ? 'visible' : 'hidden'}>
          <Region name="The inspector" onAgain={() => setInspectorPage(loadInspector)}>
            <Suspense fallback={<p className={styles.opening}>Opening the inspector …</p>}>
              <InspectorPage />
            </Suspense>
          </Region>
        </Activity>
      )}
      {compared && (
        <Activity mode={page === 'compare' ? 'visible' : 'hidden'}>
          <Region name="The comparison" onAgain={() => setComparePage(loadCompare)}>
            <Suspense fallback={<p className={styles.opening}>Opening the comparison …</p>}>
              <ComparePage />
            </Suspense>
          </Region>
        </Activity>
      )}
      <NewerBuild />
    </div>
  );
}
