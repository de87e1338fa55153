import { SETTINGS, type Setting, type SettingGroup } from '../../lab/settings';
import { copyLink } from '../actions/copyLink';
import { perform } from '../hooks';
import { SETTING_NAMES } from '../state/draft';
import { activityOf, isBusy, useLab } from '../state/store';
import { Field } from './Field';
import { Fold } from './Fold';
import { Presets } from './Presets';
import styles from './SettingsPanel.module.css';

const GROUPS: Record<SettingGroup, string> = {
  method: 'Method',
  run: 'Run',
  model: 'Model and adapter',
  task: 'Task',
  gate: 'Gate',
  sampling: 'Sampling',
  optimiser: 'Optimiser',
  evaluation: 'Evaluation',
};

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
      {busy && <p className={styles.note}>Until the run ends only these can change: {LIVE}.</p>}
      {(Object.keys(GROUPS) as SettingGroup[]).map((group) => (
        <Fold
          key={group}
          title={GROUPS[group]}
          rows={SETTINGS}
          group={group}
          open={group === 'method'}
          field={(name) => <Field key={name} name={name} busy={busy} />}
        />
      ))}
      <button type="button" onClick={() => perform(copyLink)}>
        {copyLink.label}
      </button>
    </div>
  );
}
