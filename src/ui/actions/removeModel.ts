import type { CachedModel } from '../../library/sources/cache';
import { send } from '../bridge';

/** Removes a downloaded model, this commit of it. */
export function removeModel({ id, sha }: CachedModel): void {
  send({ type: 'remove-model', name: `${id}@${sha}` });
}
