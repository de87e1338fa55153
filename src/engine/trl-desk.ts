/** The page's settings as a folder for TRL. */
import type { SymbolicJudge } from '../data/maths';
import type { ModelShelf } from '../library/model-shelf';
import { openTask } from '../library/open-task';
import { trlFolder } from '../runs/trl/folder';
import type { Handlers } from './service';

export const trlDesk = (shelf: ModelShelf, symbolic?: SymbolicJudge): Handlers<'export-trl'> => ({
  async 'export-trl'({ config }, { signal }) {
    const model = await shelf.open(config.model, { signal });
    const { maxNewTokens, thinking, wording, solutionTokens, contextLength } = config;
    const asked = {
      model,
      tokenizer: model.text,
      symbolic,
      maxNewTokens,
      thinking,
      wording,
      solutionTokens,
      contextLength,
    };
    const task = await openTask(config.task, asked, (name) => shelf.readData(name));
    const folder = trlFolder(config, task, await shelf.elsewhere(config.model));
    return [...folder].map(([name, bytes]) => ({ name, bytes }));
  },
});
