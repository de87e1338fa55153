import { downloadBlob } from '../download';
import { ask } from '../trainer';

/** A stored run's folder as it is, in an archive, which the browser's storage holds until the next one is made. */
export const downloadRun = (run: string): void =>
  ask({ type: 'pack-run', run }, (archive) => downloadBlob(`${run}.zip`, archive));
