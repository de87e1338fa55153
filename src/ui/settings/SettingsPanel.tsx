import { SETTINGS, type Setting, type SettingGroup } from '../../settings/settings';
import { ModelSection } from '../models/ModelSection';
import { SETTING_NAMES } from '../state/draft';
import { activityOf, isBusy, useLab } from '../state/store';
import { CopyLinkButton } from './CopyLinkButton';
import { Field } from './Field';
import { Fold } from './Fold';
import { Presets } from './Presets';
import styles from './SettingsPanel.module.css';

const GROUPS: Record<SettingGroup, string> = {
  method: 'Method',
  run: 'Run',
  model: 'LoRA and weights',
  task: 'Task',
  gate: 'Gate',
  sampling: 'Sampling',
  optimiser: 'Optimiser',
  evaluation: 'Evaluation',
};

/** The model and its task have a section of their own. */
const CHOSEN_ABOVE: readonly string[] = ['model', 'task'];

const LIVE = SETTING_NAMES.map((name): Setting => SETTINGS[name])
  .filter((setting) => setting.live)
  .map((setting) => setting.label)
  .join(', ');

/** Every setting of the table, in folds. */
export function SettingsPanel() {
  const busy = useLab((s) => isBusy(activityOf(s)));
  return (
    <div className={styles.panel}>
      <Presets disabled={busy} />
      <p className={styles.note}>While a run goes on only these can change: {LIVE}.</p>
      <ModelSection busy={busy} />
      {(Object.keys(GROUPS) as SettingGroup[]).map((group) => (
        <Fold
          key={group}
          title={GROUPS[group]}
          rows={SETTINGS}
          group={group}
          open={group === 'method'}
          field={(name) => (CHOSEN_ABOVE.includes(name) ? null : <Field key={name} name={name} busy={busy} />)}
        />
      ))}
      <CopyLinkButton />
    </div>
  );
}
