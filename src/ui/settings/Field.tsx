import type { KeyboardEvent } from 'react';
import { checkSetting, valueFromText } from '../../lab/config';
import { SETTINGS, type Setting, type SettingName } from '../../lab/settings';
import { changeSetting, commitSetting } from '../actions/changeSetting';
import { useLab } from '../state/store';
import styles from './Field.module.css';

interface Props {
  name: SettingName;
  /** A run goes on: only live settings may change. */
  busy: boolean;
}

/** One setting: label, control, one line of explanation, and what is wrong with the value if anything is. */
export function Field({ name, busy }: Props) {
  const setting: Setting = SETTINGS[name];
  const text = useLab((s) => s.draft[name]);
  const problem = checkSetting(name, valueFromText(name, text.trim()));
  const id = `setting-${name}`;
  const doc = `${id}-doc`;
  const shared = { id, disabled: busy && !setting.live, 'aria-invalid': problem !== null, 'aria-describedby': doc };
  const commitOnEnter = (event: KeyboardEvent): void => {
    if (event.key === 'Enter') commitSetting(name);
  };
  const change = (value: string): void => changeSetting(name, value);
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
            change(e.target.value);
            commitSetting(name);
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
          onChange={(e) => change(String(e.target.checked))}
        />
      ) : (
        <input
          {...shared}
          type="text"
          inputMode={setting.kind === 'text' ? 'text' : 'decimal'}
          autoComplete="off"
          spellCheck={false}
          value={text}
          placeholder={setting.default === null ? 'by method' : undefined}
          onChange={(e) => change(e.target.value)}
          onBlur={() => commitSetting(name)}
          onKeyDown={commitOnEnter}
        />
      )}
      <p id={doc} className={problem ? styles.problem : styles.doc}>
        {problem ?? setting.doc}
      </p>
    </div>
  );
}
