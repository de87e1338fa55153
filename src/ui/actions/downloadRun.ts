import { download } from '../download';
import { ask } from '../trainer';
import { storedZip } from '../zip';

/** A stored run's folder as it is, in an archive. */
export const downloadRun = (run: string): void =>
  ask({ type: 'run-files', run }, (files) => download(`${run}.zip`, storedZip(files), 'application/zip'));
