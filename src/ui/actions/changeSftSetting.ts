/** Editing the form of supervised runs; the link in the address bar follows. */
import type { SftSettingName } from '../../settings/settings-sft';
import { withWarmup } from '../sft/form';
import { useLab } from '../state/store';
import { followInAddress } from './followInAddress';

/** What the engine found in the data depends on these. */
const OF_THE_DATA: readonly SftSettingName[] = ['model', 'data', 'maxLength'];

export function changeSftSetting(name: SftSettingName, text: string): void {
  useLab.setState(({ sft }) => {
    const preview = OF_THE_DATA.includes(name) ? null : sft.preview;
    const ownWarmup = sft.ownWarmup || name === 'warmupSteps';
    return { sft: withWarmup({ ...sft, preview, ownWarmup, draft: { ...sft.draft, [name]: text } }) };
  });
  followInAddress();
}
