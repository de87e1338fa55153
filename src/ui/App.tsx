import { Activity, lazy, Suspense, useEffect, useState } from 'react';
import styles from './App.module.css';
import { PAGE_KEYS } from './actions';
import { Header } from './header/Header';
import { useCloseWarning, useShortcuts, useTheme, useWakeLock } from './hooks';
import { PAGES, usePage } from './route';
import { TrainPage } from './train/TrainPage';

const InspectorPage = lazy(() => import('./inspector/InspectorPage'));

/** The header and the page that the address names. The other page keeps its state, and draws nothing while it is hidden. */
export function App() {
  useShortcuts(PAGE_KEYS);
  useWakeLock();
  useCloseWarning();
  useTheme();
  const page = usePage();
  const [inspected, setInspected] = useState(page === 'inspect');
  if (page === 'inspect' && !inspected) setInspected(true); // its Worker starts with the first visit
  useEffect(() => {
    document.title = page === 'train' ? 'AntiSD Lab' : `${PAGES[page]} · AntiSD Lab`;
  }, [page]);
  return (
    <div className={styles.page}>
      <Header page={page} />
      <Activity mode={page === 'train' ? 'visible' : 'hidden'}>
        <TrainPage />
      </Activity>
      {inspected && (
        <Activity mode={page === 'inspect' ? 'visible' : 'hidden'}>
          <Suspense fallback={<p className={styles.opening}>Opening the inspector …</p>}>
            <InspectorPage />
          </Suspense>
        </Activity>
      )}
    </div>
  );
}
