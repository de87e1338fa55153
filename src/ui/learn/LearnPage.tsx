import { type ReactNode, useEffect, useState } from 'react';
import { pageOf } from '../route';
import { visit } from './answers';
import { ChapterList } from './ChapterList';
import { ChapterView } from './ChapterView';
import { addressOfChapter, CHAPTERS, chapterIn } from './chapters';
import styles from './LearnPage.module.css';
import { openWords, useLanguage } from './language';
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
  const at = useChapter();
  const { id } = CHAPTERS[at];
  useEffect(() => visit(id), [id]);
  useTurning(at);
  return (
    <main className={styles.page}>
      <ChapterList at={at} />
      <ChapterView key={id} at={at} />
      <Explained />
    </main>
  );
}

/** The chapter that the address names; another page's address changes nothing here. */
function useChapter(): number {
  const [at, setAt] = useState(() => chapterIn(location.hash));
  useEffect(() => {
    const follow = (): void => {
      if (pageOf(location.hash) === 'learn') setAt(chapterIn(location.hash));
    };
    follow();
    addEventListener('hashchange', follow);
    return () => removeEventListener('hashchange', follow);
  }, []);
  return at;
}

/** N and P turn the page, where no control has a use for them. */
function useTurning(at: number): void {
  useEffect(() => {
    const turn = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
      if ((event.target as Element).closest('input, select, textarea')) return;
      const by = event.code === 'KeyN' ? 1 : event.code === 'KeyP' ? -1 : 0;
      const next = CHAPTERS[at + by];
      if (by === 0 || !next) return;
      event.preventDefault();
      location.hash = addressOfChapter(next);
    };
    addEventListener('keydown', turn);
    return () => removeEventListener('keydown', turn);
  }, [at]);
}
