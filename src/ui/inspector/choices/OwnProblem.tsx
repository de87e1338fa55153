import { type FormEvent, useState } from 'react';
import type { ProblemChoice } from '../../../inspect/types';
import { unless } from '../../unless';
import { chooseProblem } from '../actions/chooseProblem';
import styles from './Choices.module.css';

type Own = Extract<ProblemChoice, { task: 'own' }>;
const FIELDS = [
  ['question', 'Question', 3],
  ['solution', 'Solution', 3],
  ['answer', 'Answer', 1],
] as const;

/** A problem of one's own; it is asked when the form is sent. */
export function OwnProblem({ choice }: { choice: Own }) {
  const [draft, setDraft] = useState(choice);
  const send = (event: FormEvent): void => {
    event.preventDefault();
    chooseProblem(draft);
  };
  return (
    <form onSubmit={send}>
      {FIELDS.map(([name, label, rows]) => (
        <textarea
          key={name}
          aria-label={label}
          placeholder={label}
          rows={rows}
          dir="auto"
          spellCheck={false}
          value={draft[name]}
          onChange={(event) => setDraft({ ...draft, [name]: event.target.value })}
        />
      ))}
      <button
        type="submit"
        className={styles.wide}
        {...unless(draft.question.trim() === '' ? 'Write a question first.' : null)}
      >
        Use this problem
      </button>
    </form>
  );
}
