/** The page's settings as a folder for TRL. */
import { openTask } from '../library/open-task';
import { taskSettingOf } from '../runs/open-run';
import { trlFolder } from '../runs/trl/folder';
import type { OpenerHost } from './run-opener';
import type { Handlers } from './service';

export const trlDesk = ({ shelf, symbolic, python }: Omit<OpenerHost, 'tell'>): Handlers<'export-trl'> => ({
  async 'export-trl'({ config }, { signal }) {
    const model = await shelf.open(config.model, { signal });
    const asked = { ...taskSettingOf(config), model, tokenizer: model.text, symbolic, python };
    const task = await openTask(config.task, asked, (name) => shelf.readData(name));
    const folder = trlFolder(config, task, await shelf.elsewhere(config.model));
    return [...folder].map(([name, bytes]) => ({ name, bytes }));
  },
});
