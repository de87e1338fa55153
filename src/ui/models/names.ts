/** Names and sizes of models as the page shows them. */
import { visible } from '../../data/visible';
import type { CachedModel } from '../../library/sources/cache';
import { kindOf } from '../../library/sources/classify';
import { hubName } from '../../library/sources/hub-id';

/** A message as it is shown: names as people gave them, and nothing that cannot be seen. */
export const said = (message: string): string => visible(message.replace(/\bdropped:/g, ''));

export const nameShown = (name: string): string => name.replace(/^dropped:/, '');

/** A downloaded model by its repository, with its branch, tag or commit where that is not main. */
export const cachedName = (model: Pick<CachedModel, 'id' | 'revisions' | 'sha'>): string =>
  hubName({ id: model.id, revision: revisionOf(model), gguf: null });

const revisionOf = ({ revisions, sha }: Pick<CachedModel, 'revisions' | 'sha'>): string | null =>
  revisions.includes('main') ? null : (revisions[0] ?? sha);

/** Something in the cache that can be opened as it is. */
export interface CachedEntry {
  readonly kind: 'model' | 'adapter';
  /** What it is opened by; each name once. */
  readonly name: string;
  readonly bytes: number;
}

/** What of the cache is whole, the latest commit first; of GGUF every file is a model of its own. */
export function cachedEntries(models: readonly CachedModel[]): CachedEntry[] {
  const entries = new Map<string, CachedEntry>();
  // An earlier commit of the same branch is named by the commit.
  const add = (model: CachedModel, kind: CachedEntry['kind'], file: string | null, bytes: number): void => {
    const gguf = file === null ? null : { file };
    const name = hubName({ id: model.id, revision: revisionOf(model), gguf });
    const unique = entries.has(name) ? hubName({ id: model.id, revision: model.sha, gguf }) : name;
    entries.set(unique, { kind, name: unique, bytes });
  };
  for (const model of models) {
    const whole = model.files.filter(({ complete }) => complete);
    const ggufs = whole.filter(({ name }) => /\.gguf$/i.test(name));
    for (const { name, bytes } of ggufs) add(model, 'model', name, bytes);
    const kind = kindOf(whole.map(({ name }) => name));
    if (ggufs.length === 0 && model.complete && (kind === 'model' || kind === 'adapter'))
      add(model, kind, null, model.bytes);
  }
  return [...entries.values()];
}
