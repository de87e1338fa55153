import { Suspense, useEffect, useRef } from 'react';
import { Region } from '../Region';
import { useLearnt } from './answers';
import styles from './ChapterView.module.css';
import { addressOfChapter, CHAPTERS, type Chapter } from './chapters';
import { HandIn } from './class/HandIn';
import { Display } from './Formula';
import { InspectLink, LabLink } from './LabLink';
import { useWords } from './language';
import { fill } from './markup';
import { Prose } from './Prose';

/** A chapter: its idea, its figure, its question, and the way on. */
export function ChapterView({ at }: { at: number }) {
  const { frame, chapters } = useWords();
  const chapter = CHAPTERS[at];
  const words = chapters[chapter.id];
  const heading = useRef<HTMLHeadingElement>(null);
  useFocusOnTurning(heading);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by key
    <section className={styles.chapter} aria-label={frame.chapter} tabIndex={0}>
      <article>
        <h2 ref={heading} tabIndex={-1} className={styles.title}>
          <span data-number>{at + 1}</span> {words.title}
        </h2>
        {words.body.map((text) => (
          <p key={text}>
            <Prose text={text} />
          </p>
        ))}
        {chapter.formulas.map((name) => (
          <Display key={name} name={name} />
        ))}
        <div className={styles.figure}>
          <Region name={`The figure of chapter ${at + 1}`}>
            <Suspense fallback={<p className={styles.quiet}>{frame.opening}</p>}>
              <chapter.Figure />
            </Suspense>
          </Region>
        </div>
        <Question chapter={chapter} />
        <p>
          {chapter.lab === 'inspect' ? (
            <InspectLink>{frame.lab}</InspectLink>
          ) : (
            <LabLink to={chapter.lab}>{frame.lab}</LabLink>
          )}
        </p>
        <HandIn />
        <Turning at={at} />
      </article>
    </section>
  );
}

/** What the figure is to be made to do; the figure itself says whether it was. */
function Question({ chapter: { id } }: { chapter: Chapter }) {
  const { frame, chapters } = useWords();
  const answer = useLearnt((s) => s.answers[id]);
  const { question, right, wrong } = chapters[id];
  return (
    <section className={styles.question} aria-label={frame.question}>
      <h3>{frame.question}</h3>
      <p>
        <Prose text={question} />
      </p>
      <p role="status" className={styles.verdict} data-right={answer?.right}>
        {answer && (
          <>
            <span aria-hidden="true">{answer.right ? '✓ ' : '✗ '}</span>
            <Prose text={answer.right ? right : wrong} />
          </>
        )}
      </p>
    </section>
  );
}

function Turning({ at }: { at: number }) {
  const { frame, chapters } = useWords();
  const [before, after] = [CHAPTERS[at - 1], CHAPTERS[at + 1]];
  return (
    <nav className={styles.turning} aria-label={fill(frame.place, { at: at + 1, of: CHAPTERS.length })}>
      {before ? (
        <span>
          <a href={addressOfChapter(before)} rel="prev">
            ← {chapters[before.id].title}
          </a>
          <kbd>P</kbd>
        </span>
      ) : (
        <span />
      )}
      {after && (
        <span>
          <a href={addressOfChapter(after)} rel="next">
            {chapters[after.id].title} →
          </a>
          <kbd>N</kbd>
        </span>
      )}
    </nav>
  );
}

/** A chapter that is turned to begins at its heading; the first of a visit leaves the focus where it is. */
let turned = false;
function useFocusOnTurning(heading: React.RefObject<HTMLElement | null>): void {
  useEffect(() => {
    if (turned) heading.current?.focus();
    turned = true;
  }, [heading]);
}
