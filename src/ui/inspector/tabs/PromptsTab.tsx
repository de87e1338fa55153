import { editPrompt, resetPrompt } from '../actions/editTexts';
import { useInspector } from '../store';
import styles from './Prompts.module.css';
import { PromptText } from './PromptText';
import { privilegedRange } from './privileged';
import tabs from './Tabs.module.css';

/** The two exact prompts side by side, as the model reads them; what only the teacher is shown is marked. */
export function PromptsTab() {
  const { student, teacher } = useInspector((s) => s.texts);
  const source = useInspector((s) => s.source);
  if (student === '' && teacher === '')
    return <p className={tabs.empty}>The two prompts show here once the model is open.</p>;
  return (
    <>
      <p className={styles.origin}>
        {source?.origin}
        {source?.context.feedback && ` Feedback: the response is ${source.context.feedback}.`}
      </p>
      <div className={styles.pair}>
        <Prompt who="student" title="The student reads" text={student} marked={null} />
        <Prompt who="teacher" title="The teacher reads" text={teacher} marked={privilegedRange(student, teacher)} />
      </div>
    </>
  );
}

interface Props {
  who: 'student' | 'teacher';
  title: string;
  text: string;
  marked: readonly [from: number, to: number] | null;
}

function Prompt({ who, title, text, marked }: Props) {
  const editing = useInspector((s) => s.editing === who);
  const edited = useInspector((s) => s.edited[who]);
  const tokens = useInspector((s) =>
    s.scored?.texts[who] === s.texts[who]
      ? s.scored.columns[who === 'student' ? 'studentTokens' : 'teacherTokens']
      : null,
  );
  return (
    <section className={styles.prompt} aria-label={title}>
      <div className={styles.head}>
        <h3>
          {title}
          <span className={styles.count}>
            {tokens !== null && ` ${tokens} tokens`}
            {edited && ', edited'}
          </span>
        </h3>
        {edited && (
          <button type="button" onClick={() => resetPrompt(who)}>
            Reset
          </button>
        )}
        <button
          type="button"
          aria-pressed={editing}
          aria-label={`Edit the ${who}’s prompt`}
          onClick={() => useInspector.setState({ editing: editing ? null : who })}
        >
          Edit
        </button>
      </div>
      {editing ? (
        <textarea
          className={styles.editor}
          aria-label={`${title}, editable`}
          spellCheck={false}
          dir="auto"
          rows={8}
          value={text}
          onChange={(event) => editPrompt(who, event.target.value)}
        />
      ) : (
        <PromptText text={text} marked={marked} />
      )}
    </section>
  );
}
