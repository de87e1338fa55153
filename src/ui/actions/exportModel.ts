import type { ModelFile } from '../../engine/protocol';
import { download } from '../download';
import { activityOf } from '../state/store';
import { ask } from '../trainer';
import { storedZip } from '../zip';
import type { Action } from './action';

/** An adapter's folder is not a model's. */
const archiveName = (files: readonly ModelFile[]): string =>
  files.some(({ name }) => name === 'adapter_config.json') ? 'antisd-adapter.zip' : 'antisd-model.zip';

export const exportModel: Action = {
  id: 'export-model',
  label: 'Download model',
  enabled: (state) =>
    state.source === 'live' && ['paused', 'idle'].includes(activityOf(state)) && state.snapshot.stage !== 'none',
  run: () =>
    ask({ type: 'export-model' }, (files) => download(archiveName(files), storedZip(files), 'application/zip')),
};
