/** Editing the form. While a run goes on, live settings are sent to it; the link in the address bar follows. */
import { checkSetting, type TrainConfig, valueFromText } from '../../settings/config';
import { SETTINGS, type Setting, type SettingName } from '../../settings/settings';
import { draftOf } from '../state/draft';
import { activityOf, isBusy, useLab } from '../state/store';
import { ask } from '../trainer';
import { followInAddress } from './followInAddress';

export function changeSetting(name: SettingName, text: string): void {
  useLab.setState((state) => ({ draft: { ...state.draft, [name]: text } }));
  followInAddress();
}

/** Takes a finished edit to the running run, where the setting may change on the fly. */
export function commitSetting(name: SettingName): void {
  const state = useLab.getState();
  const setting: Setting = SETTINGS[name];
  if (!setting.live || !isBusy(activityOf(state))) return;
  const value = valueFromText(name, state.draft[name].trim());
  const { config } = state.snapshot; // null where what goes on has no settings that change
  if (!config || checkSetting(name, value) !== null || config[name] === value) return;
  ask({ type: 'set', patch: { [name]: value } as Partial<TrainConfig> });
}

/** Fills the form with a whole configuration: a preset, or a link. */
export function fillForm(config: TrainConfig): void {
  useLab.setState({ draft: draftOf(config), problem: null });
  followInAddress(true);
}
