/** A file of one's own that no model can read does not stay chosen. */
import { CHAT_TASK, EXAMPLE_SETS, taskOfModel } from '../../data/tasks';
import { nameShown } from '../models/names';
import { useModels } from '../models/store';
import { useLab } from '../state/store';
import { changeSetting } from './changeSetting';
import { changeSftSetting } from './changeSftSetting';

/** Puts built-in data in the place of `name`, where the form still has it, and says why; built-in data stay. */
export function giveUpData(name: string, why: string): void {
  if (!name.startsWith('dropped:')) return;
  const { kind, draft, sft } = useLab.getState();
  const chosen = kind === 'sft' ? sft.draft.data : draft.task;
  if (chosen !== name) return;
  if (kind === 'sft') {
    const own = taskOfModel(sft.draft.model)?.model ?? null;
    changeSftSetting('data', (EXAMPLE_SETS.find(({ model }) => model === own) ?? EXAMPLE_SETS[0]).name);
  } else changeSetting('task', taskOfModel(draft.model)?.name ?? CHAT_TASK.name);
  useModels.setState(({ dropped }) => ({ dropped: dropped.filter((d) => d.name !== name), refused: null }));
  useLab.setState({ problem: `${nameShown(name)} cannot be used and is no longer chosen: ${why}` });
}
