import { zipBlob } from '../../data/zip';
import { downloadBlob } from '../download';
import { configOf } from '../state/draft';
import type { LabState } from '../state/store';
import { ask } from '../trainer';
import type { Action } from './action';
import { whyNoEngine } from './startRun';

const whyNotExported = (state: LabState): string | null =>
  whyNoEngine(state) ?? (configOf(state.draft) === null ? 'A setting is wrong: its field says how.' : null);

/** The form's settings as a folder that goes on in TRL. */
export const exportTrl: Action = {
  id: 'export-trl',
  label: 'For TRL (zip)',
  enabled: (state) => state.kind === 'rl' && whyNotExported(state) === null,
  whyNot: whyNotExported,
  run({ draft }) {
    const config = configOf(draft);
    if (config === null) return;
    ask({ type: 'export-trl', config }, (files) => {
      void zipBlob(files).then((archive) => downloadBlob('antisd-trl.zip', archive));
    });
  },
};
