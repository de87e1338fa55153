import { zipBlob } from '../../data/zip';
import type { ModelFile } from '../../engine/protocol';
import { downloadBlob } from '../download';
import { activityOf, type LabState } from '../state/store';
import { ask } from '../trainer';
import type { Action } from './action';

/** What was trained: an adapter's folder is not a model's. */
export const trainedName = (files: readonly Pick<ModelFile, 'name'>[]): 'antisd-adapter' | 'antisd-model' =>
  files.some(({ name }) => name === 'adapter_config.json') ? 'antisd-adapter' : 'antisd-model';

/** Whether what a run has trained can be taken from its engine. */
export const hasTrained = (state: LabState): boolean =>
  state.source === 'live' && ['paused', 'idle'].includes(activityOf(state)) && state.snapshot.stage !== 'none';

export const whyNotTrained = (state: LabState): string | null =>
  hasTrained(state) ? null : 'A run of this visit can give its model while it is paused, and after its end.';

export const exportModel: Action = {
  id: 'export-model',
  label: 'Download model',
  enabled: hasTrained,
  whyNot: whyNotTrained,
  run: () =>
    ask({ type: 'export-model' }, (files) => {
      void zipBlob(files).then((archive) => downloadBlob(`${trainedName(files)}.zip`, archive));
    }),
};
