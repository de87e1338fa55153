import { type ReactNode, Suspense, useEffect, useState } from 'react';
import { pageOf } from '../route';
import { useLab } from '../state/store';
import { visit } from './answers';
import { ChapterList } from './ChapterList';
import { ChapterView } from './ChapterView';
import { addressOfChapter, CHAPTERS } from './chapters';
import { joinClass, taskIn } from './class/class-task';
import styles from './LearnPage.module.css';
import { openWords, useLanguage, useWords } from './language';
import { ignoredOf, type Place, placeIn, ROOMS } from './rooms';
import { Explained } from './Sign';

/** Ten short chapters; which one is on screen stands in the address. */
export default function LearnPage() {
  const [spoken, setSpoken] = useState(false);
  useEffect(() => void openWords().then(() => setSpoken(true)), []);
  return spoken ? (
    <Spoken>
      <Lessons />
    </Spoken>
  ) : (
    <p className={styles.opening}>Opening the lessons …</p>
  );
}

/** While the lessons are on screen, the document is in their language. */
function Spoken({ children }: { children: ReactNode }) {
  const language = useLanguage();
  useEffect(() => {
    const { lang } = document.documentElement;
    document.documentElement.lang = language;
    return () => {
      document.documentElement.lang = lang;
    };
  }, [language]);
  return children;
}

function Lessons() {
  const { frame } = useWords();
  const place = usePlace();
  const { at } = place;
  const Room = place.room && ROOMS[place.room];
  useEffect(() => {
    if (at !== null) visit(CHAPTERS[at].id);
  }, [at]);
  useTurning(at);
  return (
    <main className={styles.page}>
      <ChapterList {...place} />
      {at !== null && <ChapterView key={at} at={at} />}
      {Room && (
        <Suspense fallback={<p className={styles.opening}>{frame.opening}</p>}>
          <Room />
        </Suspense>
      )}
      {at !== null && <Explained />}
    </main>
  );
}

/** What the address names, and the class that it invites to; another page's address changes nothing here. */
function usePlace(): Place {
  const [at, setAt] = useState(() => placeIn(location.hash));
  useEffect(() => {
    const follow = (): void => {
      if (pageOf(location.hash) !== 'learn') return;
      const task = taskIn(location);
      if (task) joinClass(task);
      const problem = ignoredOf(location);
      if (problem) useLab.setState({ problem });
      setAt(placeIn(location.hash));
    };
    follow();
    addEventListener('hashchange', follow);
    return () => removeEventListener('hashchange', follow);
  }, []);
  return at;
}

/** N and P turn the page, where no control has a use for them. */
function useTurning(at: number | null): void {
  useEffect(() => {
    const turn = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
      if ((event.target as Element).closest('input, select, textarea')) return;
      const by = event.code === 'KeyN' ? 1 : event.code === 'KeyP' ? -1 : 0;
      const next = at === null ? undefined : CHAPTERS[at + by];
      if (by === 0 || !next) return;
      event.preventDefault();
      location.hash = addressOfChapter(next);
    };
    addEventListener('keydown', turn);
    return () => removeEventListener('keydown', turn);
  }, [at]);
}
