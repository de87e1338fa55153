import { SFT_SETTINGS, SFT_TABLE, type SftSettingName } from '../../settings/settings-sft';
import { changeSftSetting } from '../actions/changeSftSetting';
import { SettingField } from '../settings/SettingField';
import { problemIn } from '../state/draft';
import { useLab } from '../state/store';

/** A setting of supervised runs; none of them can change while a run is going. */
export function SftField({ name, busy }: { name: SftSettingName; busy: boolean }) {
  const text = useLab((s) => s.sft.draft[name]);
  return (
    <SettingField
      id={`sft-${name}`}
      setting={SFT_SETTINGS[name]}
      text={text}
      problem={problemIn(SFT_TABLE, name, text)}
      disabled={busy}
      onChange={(value) => changeSftSetting(name, value)}
    />
  );
}
