import type { PlacedFile } from '../../library/sources/dropped';
import { useLab } from '../state/store';
import { ask } from '../trainer';

/** Stores runs from folders or archives, as the command line made them or this page took them away; the list with them follows. */
export const takeRuns = (files: readonly PlacedFile[]): void =>
  ask({ type: 'take-runs', files }, (runs) => useLab.setState({ runs }));
