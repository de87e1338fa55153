import { zipBlob } from '../../data/zip';
import { downloadBlob } from '../download';
import { configOf } from '../state/draft';
import { ask } from '../trainer';
import type { Action } from './action';

/** The form's settings as a folder that goes on in TRL. */
export const exportTrl: Action = {
  id: 'export-trl',
  label: 'For TRL (zip)',
  enabled: ({ engine, kind, draft }) => engine.state === 'ready' && kind === 'rl' && configOf(draft) !== null,
  run({ draft }) {
    const config = configOf(draft);
    if (config === null) return;
    ask({ type: 'export-trl', config }, (files) => {
      void zipBlob(files).then((archive) => downloadBlob('antisd-trl.zip', archive));
    });
  },
};
