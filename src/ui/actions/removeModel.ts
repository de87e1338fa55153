import type { CachedModel } from '../../library/sources/cache';
import { useModels } from '../models/store';
import { ask } from '../trainer';

/** Removes a downloaded model, this commit of it. */
export const removeModel = ({ id, sha }: CachedModel): void =>
  ask({ type: 'remove-model', name: `${id}@${sha}` }, (cached) => useModels.setState({ cached }));
