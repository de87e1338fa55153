import { percent, plain } from '../../format';
import { CHAPTER_IDS } from '../answers';
import { useWords } from '../language';
import { fill } from '../markup';
import styles from './Class.module.css';
import { type HandedIn, markOf, scoreOf } from './handed-in';

/** A row a learner: what each question came to, and the run. */
export function Results({ files }: { files: readonly HandedIn[] }) {
  const { teacher, chapters } = useWords();
  const asked = CHAPTER_IDS.filter((id) => files.some(({ answers }) => answers.task.chapters.includes(id)));
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by key
    <section className={styles.scroll} tabIndex={0} aria-label={teacher.results}>
      <table className={styles.results}>
        <thead>
          <tr>
            <th scope="col">{teacher.learner}</th>
            <th scope="col">{teacher.class}</th>
            {asked.map((id) => (
              <th key={id} scope="col">
                {chapters[id].title}
              </th>
            ))}
            <th scope="col" data-right>
              {teacher.right}
            </th>
            <th scope="col">{teacher.run}</th>
          </tr>
        </thead>
        <tbody>
          {files.map(({ file, answers, run }) => {
            const { right, of } = scoreOf(answers);
            const last = run?.steps.at(-1);
            return (
              <tr key={`${file} ${answers.at}`}>
                <th scope="row">{answers.learner}</th>
                <td>{answers.task.name}</td>
                {asked.map((id) => (
                  <td key={id} title={answers.learnt.answers[id]?.given}>
                    {markOf(answers.learnt, id)}
                  </td>
                ))}
                <td data-number data-right>
                  {right}/{of}
                </td>
                <td>
                  {run && last
                    ? fill(teacher.runFigures, {
                        arm: run.config.arm,
                        seed: run.config.seed,
                        step: last.step,
                        reward: plain(last.figures.reward),
                        accuracy:
                          run.evals.length > 0 ? percent(run.evals[run.evals.length - 1].figures.accuracy) : '–',
                      })
                    : teacher.noRun}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}
