/** Editing the form of supervised runs; the link in the address bar follows. */
import type { SftSettingName } from '../../settings/settings-sft';
import { withWarmup } from '../sft/form';
import { useLab } from '../state/store';
import { trainerLanes } from '../trainer';
import { followInAddress } from './followInAddress';

/** What the engine found in the data depends on these. */
const OF_THE_DATA: readonly SftSettingName[] = ['model', 'data', 'maxLength'];

export function changeSftSetting(name: SftSettingName, text: string): void {
  const others = OF_THE_DATA.includes(name);
  if (others) trainerLanes.leave('look'); // at what was chosen before
  useLab.setState(({ sft }) => {
    const found = others ? { preview: null, looking: false } : {};
    const ownWarmup = sft.ownWarmup || name === 'warmupSteps';
    return { sft: withWarmup({ ...sft, ...found, ownWarmup, draft: { ...sft.draft, [name]: text } }) };
  });
  followInAddress();
}
