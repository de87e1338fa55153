import { taskRow } from '../../data/tasks';
import styles from './Heatmap.module.css';

/** What is asked, who answers, who judges, and what the colours say: in plain words, whatever is on screen. */
export function Intro({ task }: { task: string }) {
  return (
    <p className={styles.intro}>
      {askedIn(task)} The student, the model in training, answers; the teacher, the same model with the solution before
      it, scores every token: <span className={styles.above}>blue</span> where that makes the token likelier, a
      shortcut; <span className={styles.below}>orange</span> where it makes it less likely, deliberation (with a dotted
      line).
    </p>
  );
}

function askedIn(name: string): string {
  const row = taskRow(name);
  if (row?.kind === 'native') return row.asks;
  return row?.doc ?? 'The problems are those of a file of your own.';
}
