/** Where things are on disk: the repository's own files, model folders, tasks and run folders. */
import { existsSync } from 'node:fs';
import { realpath, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Wanted } from '../data/breath';
import type { ByteSource, FileSource } from '../data/bytes';
import { DATA_FILE } from '../data/containers';
import { BadInput } from '../data/errors';
import { nodeSymbolicJudge } from '../data/symbolic/judge.node';
import { BUILT_IN_MODELS } from '../data/tasks';
import type { Task } from '../data/types';
import { prepareDevice } from '../engine/prepare-device';
import { prepareOnce } from '../engine/prepare-once';
import type { Gpu } from '../gpu/device';
import { openNodeGpu } from '../gpu/open.node';
import { diskFiles } from '../host/files.node';
import { tryFolder } from '../host/folders.node';
import type { Python } from '../host/python/judge';
import { nodePython } from '../host/python/judge.node';
import { storageError } from '../host/storage-error';
import type { DeviceReport } from '../kernels/device-report';
import { oneFile, type ReadData, resolveData } from '../library/data-files';
import { type Elsewhere, elsewhere } from '../library/elsewhere';
import { type ModelHeaders, openHeaders } from '../library/memory-plan';
import { type LoadedModel, openModel } from '../library/open-model';
import { openTask, type TaskSetting } from '../library/open-task';
import { diskSource, hubOptions } from '../library/sources/cache.node';
import type { HubOptions } from '../library/sources/hub';
import type { Purpose } from '../library/sources/hub-dataset';
import { resolveModelSource, type SourceHost } from '../library/sources/resolve';
import type { ModelConfig } from '../model/net/config';
import { type LoraFolder, readLoraFolder } from '../model/weights/adapter';
import { nodePackHost } from '../model/weights/pack-host.node';
import { packOnThreads } from '../model/weights/pack-threads';
import { RunStore } from '../runs/run-store';
import { cancellable, EXIT } from './command';
import { note, warn } from './output';
import { ProgressLine } from './progress-line';

/** The repository's root: the nearest folder above this program with a package.json of this project. */
export function repositoryRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!(existsSync(join(folder, 'package.json')) && existsSync(join(folder, 'public')))) {
    const parent = dirname(folder);
    if (parent === folder) throw new Error('The repository root was not found above the program.');
    folder = parent;
  }
  return folder;
}

/** This process's device, once it was asked for. */
let device: Promise<Gpu> | null = null;

/** The bundle's name, which is its content; null for code that is not bundled, and may change under its name. */
const bundle = /^lab-[0-9a-f]+\.mjs$/.exec(basename(fileURLToPath(import.meta.url)))?.[0] ?? null;

/**
 * The adapter, tuned and, before anything is trained, checked: once a day for the same code, or 'anew'. What was found is
 * remembered beside the installed packages.
 */
export async function openDevice(check: boolean | 'anew' = true): Promise<{ gpu: Gpu; report: DeviceReport }> {
  device ??= openNodeGpu();
  const gpu = await device;
  const files = diskFiles(join(repositoryRoot(), 'node_modules/.cache/antisd-lab'));
  const report =
    check === true && bundle ? await prepareOnce(gpu, files, bundle) : await prepareDevice(gpu, files, check !== false);
  return { gpu, report };
}

/** Models that this process has opened: asked for again they are the same commit, and nothing is asked of the Hub twice. */
const opened = new Map<string, Promise<{ model: LoadedModel; pinned: string }>>();

function openOnce(name: string): Promise<{ model: LoadedModel; pinned: string }> {
  let found = opened.get(name);
  if (!found) {
    found = openFrom(name);
    opened.set(name, found);
    void found.then(({ pinned }) => opened.set(pinned, found as NonNullable<typeof found>)).catch(() => {});
  }
  return found;
}

async function openFrom(name: string): Promise<{ model: LoadedModel; pinned: string }> {
  const { source } = await downloading(async (told) => {
    const { kind, files, pinned } = await sourceOf(name, told);
    const isHere = kind === 'disk' || kind === 'built-in';
    return { files, pinned, fetched: isHere ? null : await openModel(files) };
  });
  // Of what is here nothing needs to be put in order: a Ctrl-C ends the process whatever it is reading.
  const model = source.fetched ?? (await openModel(source.files));
  if (model.tokenizerWarning) warn(model.tokenizerWarning);
  return { model, pinned: source.pinned };
}

/**
 * A model by whatever names one: a built-in one, a folder or .gguf file on disk, a web address, a Hub id. What is not here is
 * downloaded, with progress on stderr. Throws BadInput; a SourceError of kind "cancelled" after Ctrl-C.
 */
export const loadModel = async (name: string): Promise<LoadedModel> => (await openOnce(name)).model;

/** The same model's name for the record of a run that may go on later: of the Hub with its commit. Throws as loadModel does. */
export const pinnedName = async (name: string): Promise<string> => (await openOnce(name)).pinned;

/** What transformers knows a model by, on this machine; the files of one that the lab brings. Throws BadInput. */
export const modelElsewhere = async (name: string): Promise<Elsewhere> => elsewhere(await sourceOf(name, {}), resolve);

/** A model's configuration and its tensors' headers: of a model that is not here a few kilobytes are read, and nothing is kept. */
export async function peekModel(name: string): Promise<ModelHeaders> {
  const { source } = await downloading(async (told) =>
    openHeaders((await sourceOf(name, { ...told, peek: true })).files),
  );
  return source;
}

/** A PEFT adapter for a model of this configuration, by folder, web address or Hub id. Throws BadInput. */
export async function loadLora(name: string, config: ModelConfig): Promise<LoraFolder> {
  const { source } = await downloading(async (told) => readLoraFolder((await sourceOf(name, told, {})).files, config));
  return source;
}

const BUILT_IN = Object.fromEntries(
  BUILT_IN_MODELS.map((model) => [
    model,
    async () => (await diskSource(join(repositoryRoot(), 'public/models', model))) as FileSource,
  ]),
);

async function sourceOf(name: string, told: Partial<HubOptions>, builtIn: SourceHost['builtIn'] = BUILT_IN) {
  const hub = { ...hubOptions(), ...told };
  return resolveModelSource(name, { builtIn, path: diskSource, hub });
}

/** Milliseconds that a cancelled download has to put its files in order. */
const PATIENCE = 2000;

/** Runs what may download: with a progress line, and a Ctrl-C that cancels it. `inMemory` says why nothing could be stored, if so. */
export async function downloading<T>(
  work: (told: Pick<HubOptions, 'signal' | 'onProgress'>) => Promise<T>,
): Promise<{ source: T; inMemory: string | null }> {
  const line = new ProgressLine();
  try {
    const source = await cancellable((signal) => {
      signal.addEventListener('abort', () => setTimeout(() => process.exit(EXIT.stopped), PATIENCE).unref());
      return work({ signal, onProgress: (p) => line.show(p) });
    });
    return { source, inMemory: line.inMemory };
  } finally {
    line.end();
  }
}

/** The judge's worker lies beside the bundled program (bin/lab.mjs); it starts with the first answer that needs it. */
export const symbolic = nodeSymbolicJudge(new URL(import.meta.url.replace(/\.mjs$/, '.symbolic-worker.mjs')), {
  warn: (message) => note(`${message}\n`),
});

/** Python's worker lies there too; it starts with the first task whose answers are code. */
export const python: Python = nodePython(new URL(import.meta.url.replace(/\.mjs$/, '.python-worker.mjs')), (name) =>
  join(repositoryRoot(), 'node_modules/pyodide', name),
);

/** Threads that pack weights lie there too. */
packOnThreads(nodePackHost(new URL(import.meta.url.replace(/\.mjs$/, '.pack-worker.mjs'))));

/** A word when Python is started, which takes seconds. */
export const pythonTold = (): Wanted => ({ onPython: () => note('Starting Python …\n') });

/** What a name of problems or examples stands for: a file, or a dataset of the Hub, which is downloaded; null for neither. Throws SourceError. */
export const dataFor =
  (purpose: Purpose): ReadData =>
  async (name) => {
    const local = await readDataFile(name);
    if (local) return oneFile(local, name);
    const { source } = await downloading(async (told) =>
      resolveData(name, purpose, { hub: { ...hubOptions(), ...told } }),
    );
    return source;
  };

/** A file; null where there is none. Throws BadInput for a folder that is called like one. */
export async function readDataFile(file: string): Promise<ByteSource | null> {
  const source = await diskSource(file);
  const opened = await source?.open(basename(file));
  if (source && !opened && DATA_FILE.test(file))
    throw new BadInput('This is a folder and no file', file, 'Name the file in it.');
  return opened ? { ...opened, where: file } : null;
}

/** A task by name, or from files of problems, for a model. Throws BadInput. */
export function loadTask(
  name: string,
  model: LoadedModel,
  setting: Omit<TaskSetting, 'model' | 'tokenizer' | 'symbolic' | 'python'>,
  purpose: Purpose = 'train',
): Promise<Task> {
  const asked = { ...setting, model, tokenizer: model.text, symbolic, python };
  return openTask(name, asked, dataFor(purpose), pythonTold());
}

/**
 * The folder of something new, which can be written to. Throws BadInput where it exists and is not empty: nothing is ever
 * overwritten; StorageError.
 */
export async function newFolder(path: string): Promise<RunStore> {
  const store = new RunStore(runFiles(path));
  if (!(await store.isEmpty()))
    throw new BadInput(
      'The folder is not empty',
      store.where,
      'Choose another --out, or continue that run with --resume.',
    );
  await tryFolder(store.where);
  return store;
}

/** The same folder, filled: what cannot be finished leaves nothing behind. Throws as newFolder does, and what `fill` throws. */
export async function filledFolder(path: string, fill: (store: RunStore) => Promise<void>): Promise<RunStore> {
  const store = await newFolder(path);
  try {
    await fill(store);
  } catch (error) {
    for (const name of await store.files.list('.')) await store.files.remove(name).catch(() => {});
    throw error;
  }
  return store;
}

/** Writes a file of results, all of it or nothing; into a pipe or a device as it comes. Throws StorageError. */
export async function writeResult(path: string, content: string | Uint8Array<ArrayBuffer>): Promise<void> {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  const there = await stat(path).catch(() => null);
  if (there && !there.isFile() && !there.isDirectory())
    return writeFile(path, bytes).catch((error) => Promise.reject(storageError(error, path)));
  // Where a link leads, as /dev/stdout does: a file that takes its place would take the link's.
  const real = await realpath(path).catch(() => resolve(path));
  await diskFiles(dirname(real)).write(basename(real), bytes);
}

/** Throws BadInput where two flags name one file: the second result would take the first one's place. */
export function expectApart(files: Readonly<Record<string, string | undefined>>): void {
  const given = Object.entries(files).flatMap(([flag, file]) => (file ? [[flag, resolve(file)]] : []));
  for (const [i, [flag, file]] of given.entries()) {
    const other = given.slice(0, i).find(([, before]) => before === file);
    if (other) throw new BadInput(`--${other[0]} and --${flag} name one file`, file, 'Give each a file of its own.');
  }
}

/** The files of a run's folder, which may be somebody else's: no link within leads out of it. */
export const runFiles = (path: string) => diskFiles(resolve(path), 'inside');
