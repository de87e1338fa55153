/** Names and sizes of models as the page shows them. */
import type { CachedModel } from '../../lab/sources/cache';
import { bytesText } from '../../lab/sources/source-error';

/** What a downloaded model is opened by: org/name, with its branch, tag or commit where that is not main. */
export function cachedName({ id, revisions, sha }: Pick<CachedModel, 'id' | 'revisions' | 'sha'>): string {
  if (revisions.includes('main')) return id;
  return `${id}@${revisions[0] ?? sha}`;
}

export const nameShown = (name: string): string => name.replace(/^dropped:/, '');

export const sizeShown = (bytes: number): string => bytesText(Math.round(bytes));
