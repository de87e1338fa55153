/** The shelf of a browser's Worker: the built-in models from the page's own folder, downloads in the origin's private files. */
import { type FileSource, memoryBytes } from '../data/bytes';
import { BUILT_IN_MODELS } from '../data/tasks';
import { ModelShelf } from './model-shelf';
import { browserModelCache } from './sources/cache.browser';

/** @param base the page's folder. */
export function browserShelf(base: URL): ModelShelf {
  const builtIn = Object.fromEntries(BUILT_IN_MODELS.map((model) => [model, async () => fromPage(model, base)]));
  return new ModelShelf({ builtIn, cache: browserModelCache });
}

function fromPage(model: string, base: URL): FileSource {
  const where = `models/${model}`;
  return {
    where,
    list: async () => [],
    async open(name: string) {
      const response = await fetch(new URL(`${where}/${name}`, base));
      // Servers of single-page applications answer unknown paths with the page.
      if (!response.ok || /^text\/html/i.test(response.headers.get('content-type') ?? '')) return null;
      return memoryBytes(new Uint8Array(await response.arrayBuffer()), `${where}/${name}`);
    },
  };
}
