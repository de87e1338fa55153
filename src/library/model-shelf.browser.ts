/** The shelf of a browser's Worker: the nano model from the page's own folder, downloads in the origin's private files. */
import { memoryBytes } from '../data/bytes';
import { ModelShelf } from './model-shelf';
import { browserModelCache } from './sources/cache.browser';

/** @param base the page's folder. */
export function browserShelf(base: URL): ModelShelf {
  const where = 'models/nano';
  const nano = async () => ({
    where,
    list: async () => [],
    async open(name: string) {
      const response = await fetch(new URL(`${where}/${name}`, base));
      // Servers of single-page applications answer unknown paths with the page.
      if (!response.ok || /^text\/html/i.test(response.headers.get('content-type') ?? '')) return null;
      return memoryBytes(new Uint8Array(await response.arrayBuffer()), `${where}/${name}`);
    },
  });
  return new ModelShelf({ builtIn: { nano }, cache: browserModelCache });
}
