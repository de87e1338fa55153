import type { SettingName } from '../../settings/settings';
import { warningsOf } from '../../settings/warnings';
import { configOf } from '../state/draft';
import { useLab } from '../state/store';
import styles from './Field.module.css';

/** What is to be known of a field's value. */
export function FieldWarning({ name }: { name: SettingName }) {
  const config = configOf(useLab((s) => s.draft));
  const warning = config && warningsOf(config).find(({ settings }) => settings.includes(name));
  return warning && <p className={styles.warning}>{warning.text}</p>;
}
