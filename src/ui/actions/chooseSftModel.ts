import { EXAMPLE_SETS, taskOfModel } from '../../data/tasks';
import { confirmName } from '../models/shelf';
import { useLab } from '../state/store';
import { changeSftSetting } from './changeSftSetting';

/** The person chose a model for supervised runs: its source may be asked, and built-in examples become those made for it. */
export function chooseSftModel(name: string): void {
  confirmName(name);
  changeSftSetting('model', name);
  const { data } = useLab.getState().sft.draft;
  const fitting = EXAMPLE_SETS.find((set) => set.model === (taskOfModel(name)?.model ?? null));
  if (fitting && EXAMPLE_SETS.some((set) => set.name === data)) changeSftSetting('data', fitting.name);
}
