import { useLab } from '../state/store';
import { ask } from '../trainer';

/** Deletes a stored run for good; the list without it follows. */
export const deleteRun = (run: string): void => ask({ type: 'delete-run', run }, (runs) => useLab.setState({ runs }));
