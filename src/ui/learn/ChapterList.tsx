import { forgetLearnt, useLearnt } from './answers';
import styles from './ChapterList.module.css';
import { addressOfChapter, CHAPTERS } from './chapters';
import { useClass } from './class/class-task';
import { chooseLanguage, LANGUAGES, type Language, useLanguage, useWords } from './language';
import { fill } from './markup';
import { addressOfRoom, type Place, ROOM_NAMES } from './rooms';

/** The chapters with what has been done of them, and the language. */
export function ChapterList({ at, room }: Place) {
  const { frame, chapters, ...words } = useWords();
  const asked = useClass((s) => s.task?.chapters);
  const { answers, visited } = useLearnt();
  const done = CHAPTERS.filter(({ id }) => answers[id]?.right).length;
  return (
    <div className={styles.side}>
      <nav aria-label={frame.chapters}>
        <ol className={styles.list}>
          {CHAPTERS.map((chapter, i) => (
            <li key={chapter.id}>
              <a
                href={addressOfChapter(chapter)}
                aria-current={i === at ? 'step' : undefined}
                data-visited={visited.includes(chapter.id)}
                data-asked={asked ? asked.includes(chapter.id) : undefined}
              >
                <span className={styles.mark} data-number>
                  {answers[chapter.id]?.right ? '✓' : i + 1}
                </span>
                <span className={styles.title}>{chapters[chapter.id].title}</span>
                {answers[chapter.id]?.right && <span className="visually-hidden"> ({frame.answered})</span>}
              </a>
            </li>
          ))}
        </ol>
        <ul className={styles.list}>
          {ROOM_NAMES.map((name) => (
            <li key={name}>
              <a href={addressOfRoom(name)} aria-current={name === room ? 'step' : undefined}>
                <span className={styles.mark} />
                <span className={styles.roomTitle}>{words[name].title}</span>
              </a>
            </li>
          ))}
        </ul>
      </nav>
      <p className={styles.done}>{fill(frame.progress, { done, of: CHAPTERS.length })}</p>
      <LanguageChoice />
      {visited.length > 1 && (
        <button type="button" onClick={forgetLearnt}>
          {frame.forget}
        </button>
      )}
    </div>
  );
}

function LanguageChoice() {
  const language = useLanguage();
  const { frame } = useWords();
  return (
    <label className={styles.language}>
      <span className="visually-hidden">{frame.language}</span>
      <select value={language} onChange={({ target }) => void chooseLanguage(target.value as Language)}>
        {Object.entries(LANGUAGES).map(([name, row]) => (
          <option key={name} value={name} lang={name}>
            {row.name}
          </option>
        ))}
      </select>
    </label>
  );
}
