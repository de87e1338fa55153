import { send } from '../bridge';

/** Stops what is being downloaded or loaded; what has come of a download is kept. */
export function cancelLoading(): void {
  send({ type: 'cancel' });
}
