import { download } from '../download';
import { configOf } from '../state/draft';
import { ask } from '../trainer';
import { storedZip } from '../zip';
import type { Action } from './action';

/** The form's settings as a folder that goes on in TRL. */
export const exportTrl: Action = {
  id: 'export-trl',
  label: 'For TRL (zip)',
  enabled: ({ engine, kind, draft }) => engine.state === 'ready' && kind === 'rl' && configOf(draft) !== null,
  run({ draft }) {
    const config = configOf(draft);
    if (config === null) return;
    ask({ type: 'export-trl', config }, (files) => download('antisd-trl.zip', storedZip(files), 'application/zip'));
  },
};
