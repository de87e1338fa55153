import { TASKS, taskRow } from '../../../data/tasks';
import { visible } from '../../../data/visible';
import { nameShown } from '../../models/names';
import { useModels } from '../../models/store';
import { unless } from '../../unless';
import { chooseProblem, chooseTask, ownProblem, stepProblem } from '../actions/chooseProblem';
import { useInspector } from '../store';
import styles from './Choices.module.css';
import { NumberField } from './NumberField';
import { OwnProblem } from './OwnProblem';

/** Which problem: one of a task's held-out stream, or one's own. */
export function ProblemPanel() {
  const choice = useInspector((s) => s.choice);
  const problem = useInspector((s) => s.problem);
  const dropped = useModels((s) => s.dropped);
  const files = dropped.flatMap(({ kind, name }) => (kind === 'data' ? [name] : []));
  if (choice.task !== 'own' && taskRow(choice.task) === null && !files.includes(choice.task)) files.push(choice.task);
  return (
    <section className={styles.panel} aria-label="Problem">
      <h2>Problem</h2>
      <div className={styles.row}>
        <label htmlFor="inspect-task">Task</label>
        <select
          id="inspect-task"
          value={choice.task}
          onChange={({ target }) => (target.value === 'own' ? ownProblem() : chooseTask(target.value))}
        >
          {TASKS.map(({ name, label }) => (
            <option key={name} value={name}>
              {label}
            </option>
          ))}
          {files.map((name) => (
            <option key={name} value={name}>
              {nameShown(name)}
            </option>
          ))}
          <option value="own">my own</option>
        </select>
      </div>
      {'index' in choice ? (
        <>
          <div className={styles.row}>
            <span>Number</span>
            <div className={styles.group}>
              <button
                type="button"
                aria-label="Previous problem"
                {...unless(choice.index === 0 ? 'This is the first.' : null)}
                onClick={() => stepProblem(-1)}
              >
                ‹
              </button>
              <NumberField
                label="Problem number"
                value={choice.index}
                min={0}
                max={1e6}
                whole
                onChange={(index) => chooseProblem({ ...choice, index })}
              />
              <button type="button" aria-label="Next problem" onClick={() => stepProblem(1)}>
                ›
              </button>
              <span className={styles.word}>seed</span>
              <NumberField
                label="Seed"
                value={choice.seed}
                min={0}
                max={1e9}
                whole
                onChange={(seed) => chooseProblem({ ...choice, seed })}
              />
            </div>
          </div>
          <p className={styles.question} dir="auto">
            {problem && visible(problem.problem.question)}
          </p>
          {problem && <p className={styles.note}>Answer: {problem.problem.answer}</p>}
        </>
      ) : (
        <OwnProblem choice={choice} />
      )}
    </section>
  );
}
