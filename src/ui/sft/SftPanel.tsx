import type { SettingGroup } from '../../settings/setting';
import { SFT_SETTINGS } from '../../settings/settings-sft';
import { CopyLinkButton } from '../settings/CopyLinkButton';
import { Fold } from '../settings/Fold';
import styles from '../settings/SettingsPanel.module.css';
import { activityOf, isBusy, useLab } from '../state/store';
import { SftField } from './SftField';
import { SftModelSection } from './SftModelSection';

const GROUPS: Partial<Record<SettingGroup, string>> = {
  run: 'Run',
  task: 'Examples',
  model: 'LoRA and weights',
  optimiser: 'Optimiser',
  evaluation: 'Evaluation',
};

/** The model and its data have a section of their own. */
const CHOSEN_ABOVE: readonly string[] = ['model', 'data'];

/** Every setting of supervised runs, in folds. */
export function SftPanel() {
  const busy = useLab((s) => isBusy(activityOf(s)));
  return (
    <div className={styles.panel}>
      <SftModelSection busy={busy} />
      {(Object.keys(GROUPS) as SettingGroup[]).map((group) => (
        <Fold
          key={group}
          title={GROUPS[group] as string}
          rows={SFT_SETTINGS}
          group={group}
          open={group === 'run'}
          field={(name) => (CHOSEN_ABOVE.includes(name) ? null : <SftField key={name} name={name} busy={busy} />)}
        />
      ))}
      <CopyLinkButton />
    </div>
  );
}
