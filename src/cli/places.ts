/** Where things are on disk: the repository's own files, model folders, tasks and run folders. */
import { existsSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BadInput } from '../data/errors';
import type { Task } from '../data/types';
import type { Gpu } from '../gpu/device';
import { openNodeGpu } from '../gpu/open.node';
import { completeCheckpoints } from '../lab/checkpoint';
import type { DeviceReport } from '../lab/events';
import type { Files } from '../lab/files';
import { diskFiles } from '../lab/files.node';
import { type LoadedModel, openModel } from '../lab/open-model';
import { openTask } from '../lab/open-task';
import { prepareDevice } from '../lab/prepare-device';
import { diskSource } from '../lab/sources/cache.node';
import { parseJson } from '../model/folder';

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

/** The adapter, tuned and (before anything is trained) checked; its choices are remembered beside the installed packages. */
export async function openDevice(check = true): Promise<{ gpu: Gpu; report: DeviceReport }> {
  const gpu = await openNodeGpu();
  const report = await prepareDevice(gpu, diskFiles(join(repositoryRoot(), 'node_modules/.cache/antisd-lab')), check);
  return { gpu, report };
}

/** A model by folder or .gguf file, or the built-in one by its name "nano". Only headers are read. Throws BadInput. */
export async function loadModel(name: string): Promise<LoadedModel> {
  const where = name === 'nano' ? join(repositoryRoot(), 'public/models/nano') : resolve(name);
  const source = await diskSource(where);
  if (!source)
    throw new BadInput(
      'There is no such model folder',
      where,
      'Give --model a folder with config.json, tokenizer.json and model.safetensors, a .gguf file, or "nano".',
    );
  return openModel(source);
}

/** A task by name, or from a file of problems, for a model. Throws BadInput. */
export function loadTask(
  name: string,
  model: LoadedModel,
  { maxNewTokens, thinking }: { maxNewTokens: number; thinking: boolean },
): Promise<Task> {
  const read = (file: string) => diskFiles(dirname(resolve(file))).read(basename(file));
  return openTask(name, { model, tokenizer: model.text, maxNewTokens, thinking }, read);
}

/** A folder for a new run. Throws BadInput where it exists and is not empty: nothing is ever overwritten. */
export async function newRunFolder(path: string): Promise<Files> {
  const files = diskFiles(resolve(path));
  if ((await files.list('.')).length > 0) {
    throw new BadInput(
      'The folder is not empty',
      resolve(path),
      'Choose another --out, or continue that run with --resume.',
    );
  }
  return files;
}

/** A run that was begun before: its files, its config.json and its last complete checkpoint (0: none). Throws BadInput. */
export async function openRunFolder(path: string): Promise<{ files: Files; config: unknown; from: number }> {
  const files = diskFiles(resolve(path));
  const config = await files.read('config.json');
  if (!config) {
    throw new BadInput(
      'There is no run to resume',
      resolve(path),
      'Give --resume the folder of a run that train or pretrain made.',
    );
  }
  const from = (await completeCheckpoints(files)).pop() ?? 0;
  if (from === 0 && (await files.size('events.jsonl')) > 0) await files.truncate('events.jsonl', 0);
  return { files, config: parseJson(config, join(resolve(path), 'config.json')), from };
}
