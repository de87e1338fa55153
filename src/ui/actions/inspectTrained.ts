import { NATIVE_TASK } from '../../data/tasks';
import { useLab } from '../state/store';
import { ask } from '../trainer';
import type { Action } from './action';
import { hasTrained, trainedName, whyNotTrained } from './exportModel';

/** Opens what was trained in the inspector, beside the model that it was made from. */
export const inspectTrained: Action = {
  id: 'inspect-trained',
  label: 'Compare before and after',
  enabled: hasTrained,
  whyNot: whyNotTrained,
  run: ({ snapshot: { sft, config } }) =>
    ask({ type: 'export-model' }, async (files) => {
      const model = (sft?.start.config ?? config)?.model ?? NATIVE_TASK.model;
      const name = trainedName(files);
      const placed = files.map(({ name: file, bytes }) => ({ path: `${name}/${file}`, file: new File([bytes], file) }));
      try {
        const { compareTrained } = await import('../inspector/actions/compareTrained');
        compareTrained(placed, model);
      } catch (error) {
        useLab.setState({ problem: `The inspector could not be opened: ${error}` });
      }
    }),
};
