import { useState } from 'react';
import { download } from '../../download';
import { Failure } from '../Failure';
import { useWords } from '../language';
import styles from './Class.module.css';
import { csvOf, type HandedIn, newestOf, readHandedIn } from './handed-in';
import { LinkMaker } from './LinkMaker';
import { Results } from './Results';

/** For whoever teaches: a link for the class, and what the class hands in as one table. All of it stays in this browser. */
export default function Teacher() {
  const { teacher } = useWords();
  const [files, setFiles] = useState<readonly HandedIn[]>([]);
  const [refused, setRefused] = useState<readonly string[]>([]);
  const take = async (given: FileList): Promise<void> => {
    const read = await Promise.allSettled([...given].map(readHandedIn));
    setFiles([...files, ...read.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))]);
    setRefused(read.flatMap((one) => (one.status === 'rejected' ? [(one.reason as Error).message] : [])));
  };
  const newest = newestOf(files);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by key
    <section className={styles.page} aria-label={teacher.title} tabIndex={0}>
      <article className={styles.teacher}>
        <h2>{teacher.title}</h2>
        <p>{teacher.body}</p>
        <h3>{teacher.link}</h3>
        <LinkMaker />
        <h3>{teacher.results}</h3>
        <label className={styles.field}>
          <span>{teacher.files}</span>
          <input
            type="file"
            multiple
            accept=".zip"
            onChange={({ target }) => {
              if (target.files) void take(target.files);
              target.value = ''; // the same files can be chosen again
            }}
          />
        </label>
        {refused.map((why) => (
          <Failure key={why} why={why} />
        ))}
        {newest.length > 0 && (
          <>
            <Results files={newest} />
            <div className={styles.buttons}>
              <button type="button" onClick={() => download('class.csv', csvOf(newest), 'text/csv')}>
                {teacher.csv}
              </button>
              <button type="button" onClick={() => setFiles([])}>
                {teacher.forget}
              </button>
            </div>
          </>
        )}
      </article>
    </section>
  );
}
