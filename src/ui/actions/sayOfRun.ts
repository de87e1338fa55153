import type { RunAbout } from '../../runs/run-store';
import { useLab } from '../state/store';
import { ask } from '../trainer';

/** Names, notes or stars a stored run; the list with it follows. */
export const sayOfRun = (run: string, about: RunAbout): void =>
  ask({ type: 'say-of-run', run, about }, (runs) => useLab.setState({ runs }));
