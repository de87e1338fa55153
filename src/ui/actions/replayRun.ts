import { play } from '../replay/player';
import { ask } from '../trainer';

/** Asks for a stored run; it plays when it arrives. */
export const replayRun = (run: string): void => ask({ type: 'load-run', run }, (events) => play(events, 'stored'));
