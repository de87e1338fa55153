import { TRAIN_TABLE } from '../../settings/config';
import { SETTINGS, type Setting, type SettingName } from '../../settings/settings';
import { WARNED } from '../../settings/warnings';
import { changeSetting, commitSetting } from '../actions/changeSetting';
import { configOf, problemIn } from '../state/draft';
import { useLab } from '../state/store';
import styles from './Field.module.css';
import { FieldWarning } from './FieldWarning';
import { lambdaNote } from './lambda-note';
import { lessonOn } from './lesson';
import { SettingField } from './SettingField';

interface Props {
  name: SettingName;
  /** A run goes on: only live settings may change. */
  busy: boolean;
}

/** A setting of reinforcement learning. */
export function Field({ name, busy }: Props) {
  const setting: Setting = SETTINGS[name];
  const text = useLab((s) => s.draft[name]);
  return (
    <>
      <SettingField
        id={`setting-${name}`}
        setting={setting}
        text={text}
        problem={problemIn(TRAIN_TABLE, name, text)}
        disabled={busy && !setting.live}
        lesson={lessonOn(setting)}
        onChange={(value) => changeSetting(name, value)}
        onCommit={() => commitSetting(name)}
      />
      {name === 'lambda' && <LambdaNote />}
      {WARNED.includes(name) && <FieldWarning name={name} />}
    </>
  );
}

function LambdaNote() {
  const config = configOf(useLab((s) => s.draft));
  return config && <p className={styles.doc}>{lambdaNote(config)}</p>;
}
