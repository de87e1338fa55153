import type { KeyboardEvent } from 'react';
import type { Setting } from '../../settings/setting';
import styles from './Field.module.css';

interface Props {
  /** Of the control in the page. */
  id: string;
  setting: Setting;
  text: string;
  /** What is wrong with the text, or null. */
  problem: string | null;
  disabled: boolean;
  /** The lesson that explains it, by its address' name; left out where there is none. */
  lesson?: string;
  onChange(text: string): void;
  /** The edit is finished: a choice was made, the field left, Enter pressed. */
  onCommit?(): void;
}

/** One setting of any table: label, control, one line of explanation, and what is wrong with the value if anything is. */
export function SettingField({ id, setting, text, problem, disabled, lesson, onChange, onCommit }: Props) {
  const doc = `${id}-doc`;
  const shared = { id, disabled, 'aria-invalid': problem !== null, 'aria-describedby': doc };
  const commitOnEnter = (event: KeyboardEvent): void => {
    if (event.key === 'Enter') onCommit?.();
  };
  return (
    <div className={styles.field} data-kind={setting.kind}>
      <label htmlFor={id}>
        {setting.label}
        {setting.unit && <span className={styles.unit}> {setting.unit}</span>}
      </label>
      {setting.kind === 'choice' ? (
        <select
          {...shared}
          value={text}
          onChange={(e) => {
            onChange(e.target.value);
            onCommit?.();
          }}
        >
          {setting.choices.map((choice) => (
            <option key={choice} value={choice}>
              {choice === 'arm' ? 'by method' : choice}
            </option>
          ))}
        </select>
      ) : setting.kind === 'boolean' ? (
        <input
          {...shared}
          type="checkbox"
          checked={text === 'true'}
          onChange={(e) => onChange(String(e.target.checked))}
        />
      ) : (
        <input
          {...shared}
          type="text"
          inputMode={setting.kind === 'text' ? 'text' : 'decimal'}
          autoComplete="off"
          spellCheck={false}
          value={text}
          placeholder={emptyWord(setting)}
          onChange={(e) => onChange(e.target.value)}
          onBlur={onCommit}
          onKeyDown={commitOnEnter}
        />
      )}
      <p id={doc} className={problem ? styles.problem : styles.doc}>
        {problem ?? noteOf(setting, text)}
        {lesson && (
          <>
            {' '}
            <a className={styles.lesson} href={`#learn?chapter=${lesson}`}>
              Lesson<span className="visually-hidden"> on {setting.label}</span>
            </a>
          </>
        )}
      </p>
    </div>
  );
}

const emptyWord = (setting: Setting): string | undefined =>
  setting.default === null && 'empty' in setting ? setting.empty : setting.default === null ? 'by method' : undefined;

const noteOf = (setting: Setting, text: string): string =>
  (setting.kind === 'choice' && setting.notes?.[text]) || setting.doc;
