/** `models`: what is in the cache of downloaded models; downloads into it and removals from it. */
import { readdir } from 'node:fs/promises';
import { bytesText } from '../data/bytes';
import { storageError } from '../host/storage-error';
import type { CachedModel, ModelCache } from '../library/sources/cache';
import { cacheFolder, hubOptions } from '../library/sources/cache.node';
import type { Soundness } from '../library/sources/cached-check';
import { hubSource, sizeText } from '../library/sources/hub';
import { parseHubId } from '../library/sources/hub-id';
import { SourceError } from '../library/sources/source-error';
import { defineCommand, EXIT } from './command';
import { INVOKED } from './invoked';
import { note, print } from './output';
import { downloading } from './places';

export const models = defineCommand({
  name: 'models',
  summary: 'models and datasets downloaded from the Hub: list, download, verify, remove',
  details:
    'Ctrl-C stops a download; the same command goes on where it stopped. ANTISD_LAB_CACHE: the cache’s folder.\n' +
    'HF_TOKEN: a token for gated and private models. HF_ENDPOINT: a mirror of the Hub.',
  flags: {
    download: {
      kind: 'text',
      doc: 'org/name, org/name@REVISION, org/name:Q4_K_M or org/name/FILE.gguf',
      placeholder: 'ID',
    },
    remove: { kind: 'text', doc: 'org/name, or org/name@REVISION for one of its revisions', placeholder: 'ID' },
    verify: {
      kind: 'text',
      doc: 'org/name, or all: check every byte of what is here by its digest',
      placeholder: 'ID',
    },
    json: { kind: 'boolean', doc: 'print the list as JSON' },
  },
  async run(flags) {
    const options = hubOptions();
    const { cache } = options;
    if (!cache) throw new Error('Node has a cache.');
    await expectFolder(cacheFolder());
    if (flags.remove !== undefined) {
      const freed = await removed(flags.remove, cache);
      note(`Removed ${flags.remove}; ${bytesText(freed)} freed.\n`);
    }
    if (flags.verify !== undefined) await verify(flags.verify, cache);
    if (flags.download !== undefined) return download(flags.download, cache);
    if (flags.remove === undefined && flags.verify === undefined) await list(cache, flags.json);
    return EXIT.done;
  },
});

/** Throws StorageError where the cache's folder is none: nothing in it would read as "No models". */
async function expectFolder(path: string): Promise<void> {
  await readdir(path).catch((error) => {
    if (error.code !== 'ENOENT') throw storageError(error, path); // nothing was ever downloaded
  });
}

/** A model, or a dataset where no model has the name. Gives the bytes freed. Throws SourceError. */
async function removed(name: string, cache: ModelCache): Promise<number> {
  const id = parseHubId(name)?.id;
  const isDataset = (await cache.datasets.list()).some((one) => one.id === id);
  const isModel = (await cache.list()).some((one) => one.id === id);
  return (isDataset && !isModel ? cache.datasets : cache).remove(name);
}

const FOUND: Readonly<Record<Soundness, string>> = {
  sound: 'as downloaded',
  changed: 'changed since; removed',
  unknown: 'the Hub gave no digest; not checked',
};

/** Prints a line a file. Throws SourceError where one was changed. */
async function verify(name: string, cache: ModelCache): Promise<void> {
  const changed: string[] = [];
  for await (const { file, bytes, found } of cache.verify(name)) {
    print(`${file}  ${bytesText(bytes)}  ${FOUND[found]}\n`);
    if (found === 'changed') changed.push(file);
  }
  if (changed.length > 0)
    throw new SourceError(
      'corrupt',
      `${changed.length === 1 ? 'A file was' : `${changed.length} files were`} changed since the download: ${changed.join(', ')}`,
      cache.where,
      'What was changed is removed; it is downloaded again when the model is opened. If it happens again, check the disk.',
    );
}

async function list(cache: ModelCache, json: boolean): Promise<void> {
  const [models, datasets] = [await cache.list(), await cache.datasets.list()];
  const all = [...models, ...datasets];
  if (json) {
    print(`${JSON.stringify(all)}\n`);
    return;
  }
  if (all.length === 0) {
    note(`No models in ${cacheFolder()}. Download one: ${INVOKED} models --download Qwen/Qwen3-0.6B\n`);
    return;
  }
  const width = Math.max(...all.map((model) => nameOf(model).length), 'model'.length) + 2;
  const line = (a: string, b: string, c: string, d: string) =>
    `${a.padEnd(width)}${b.padEnd(14)}${c.padStart(10)}  ${d}\n`;
  print(line('model', 'commit', 'size', 'date'));
  for (const model of all) {
    const state = `${datasets.includes(model) ? '  dataset' : ''}${model.complete ? '' : '  unfinished'}`;
    const date = model.date.toISOString().slice(0, 10);
    print(line(nameOf(model), model.sha.slice(0, 12), bytesText(model.bytes), date + state));
  }
  const total = all.reduce((sum, { bytes }) => sum + bytes, 0);
  note(`${bytesText(total)} in ${cacheFolder()}\n`);
}

function nameOf({ id, revisions }: CachedModel): string {
  const named = revisions.filter((revision) => !/^[0-9a-f]{40}$/.test(revision));
  return named.length === 0 || named.includes('main') ? id : `${id}@${named[0]}`;
}

/** Downloads what the model needs. Prints the commit's folder to stdout, for scripts. */
async function download(id: string, cache: ModelCache): Promise<number> {
  const { source, inMemory } = await downloading(async (told) => {
    const source = await hubSource(id, { ...hubOptions(), ...told, cache });
    note(
      `${source.id}@${source.revision} is commit ${source.sha.slice(0, 12)}: ${source.needed.length} files, ${sizeText(source)}${source.offline ? ' (the Hub cannot be reached; this is what the cache knows)' : ''}\n`,
    );
    await source.download();
    return source;
  });
  if (inMemory !== null) {
    // A download that is gone with the process has failed.
    throw new SourceError(
      'storage',
      'The model could not be stored',
      cacheFolder(),
      `Make room (${INVOKED} models lists what is here, --remove ID removes), or set ANTISD_LAB_CACHE to a folder with room.`,
    );
  }
  print(`${cacheFolder()}/${cache.commit(source.id, source.sha).path('').replace(/\/$/, '')}\n`);
  return EXIT.done;
}
