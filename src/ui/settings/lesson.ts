/** The lesson that explains a setting: its own, or its group's. */
import type { Setting, SettingGroup } from '../../settings/setting';
import type { ChapterId } from '../learn/answers';

const OF_GROUP: Readonly<Record<SettingGroup, ChapterId>> = {
  run: 'race',
  model: 'write',
  task: 'write',
  method: 'slope',
  gate: 'gate',
  sampling: 'write',
  optimiser: 'step',
  evaluation: 'race',
};

export const lessonOn = ({ chapter, group }: Pick<Setting, 'chapter' | 'group'>): string => chapter ?? OF_GROUP[group];
