import { type FormEvent, useId, useState } from 'react';
import { BENCHMARKS } from '../../library/benchmarks';
import { isSource, mixtureOf } from '../../library/task-names';
import { BUSY } from '../actions/startRun';
import { unless } from '../unless';
import styles from './ModelPicker.module.css';
import section from './Section.module.css';

/** Names a dataset of the Hub, or several by weight. Nothing is downloaded before a run begins. */
export function DatasetField({ onChange, disabled }: { onChange(name: string): void; disabled?: boolean }) {
  const id = useId();
  const [text, setText] = useState('');
  const [problem, setProblem] = useState<string | null>(null);
  const take = (event: FormEvent): void => {
    event.preventDefault();
    const name = text.trim();
    const known = isSource(name) || mixtureOf(name) !== null;
    if (known) onChange(name);
    else setProblem('This is no dataset: org/name, org/name:part, or several as NAME:2,NAME:1.');
  };
  return (
    <form onSubmit={take}>
      <div className={styles.other}>
        <input
          // biome-ignore lint/a11y/noAutofocus: it was asked for, in the list above
          autoFocus
          list={`${id}-names`}
          aria-label="Dataset of the Hub, or several by weight"
          placeholder="gsm8k, org/name, a:2,b:1"
          autoComplete="off"
          autoCapitalize="off"
          spellCheck={false}
          value={text}
          disabled={disabled}
          aria-invalid={problem !== null}
          aria-describedby={problem ? `${id}-problem` : undefined}
          onChange={({ target }) => setText(target.value)}
        />
        <datalist id={`${id}-names`}>
          {BENCHMARKS.map(({ name, label }) => (
            <option key={name} value={name}>
              {label}
            </option>
          ))}
        </datalist>
        <button type="submit" {...unless(disabled ? BUSY : text.trim() === '' ? 'Name a dataset first.' : null)}>
          Use
        </button>
      </div>
      {problem && (
        <p id={`${id}-problem`} className={section.problem} role="alert">
          {problem}
        </p>
      )}
    </form>
  );
}
