import { send } from '../bridge';

/** Deletes a stored run for good; the list without it follows. */
export function deleteRun(id: string): void {
  send({ type: 'delete-run', id });
}
