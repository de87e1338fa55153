import { send } from '../bridge';

/** Asks for a stored run; it plays when it arrives. */
export function replayRun(id: string): void {
  send({ type: 'load-run', id });
}
