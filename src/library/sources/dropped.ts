/** Files that were dropped on the page or chosen in a dialogue, read by ranges from where they lie. */
import type { ByteSource, FileSource } from '../../data/bytes';
import { SourceError } from './source-error';

/** A dropped file whose place in its folder is known from elsewhere than webkitRelativePath. */
export interface PlacedFile {
  /** With slashes, the dropped folder's name first. */
  path: string;
  file: File;
}

/**
 * The files as one folder. Of a dropped folder it is the one that holds config.json nearest to the top, else the folder
 * that all files have in common. Throws SourceError where nothing was dropped, or no folder is one.
 */
export function droppedSource(files: readonly (File | PlacedFile)[]): FileSource {
  const placed = files.map((f) => ('file' in f ? f : { path: f.webkitRelativePath || f.name, file: f }));
  const paths = placed.map(({ path }) => path.split('/').filter(Boolean));
  if (paths.length === 0)
    throw new SourceError(
      'not-found',
      'Nothing was dropped',
      'drop',
      'Drop a model’s folder, or its files, or one .gguf file.',
    );
  const configs = paths.filter((path) => path.at(-1) === 'config.json').sort((a, b) => a.length - b.length);
  if (configs.length > 1 && configs[0].length === configs[1].length)
    throw new SourceError(
      'not-found',
      'There is more than one model here',
      configs.map((path) => path.join('/')).join(', '),
      'Drop the folder of one model.',
    );
  const folder = (configs[0] ?? common(paths)).slice(0, configs[0] ? -1 : undefined);
  const inFolder = new Map<string, File>();
  placed.forEach(({ file }, i) => {
    if (folder.every((part, at) => paths[i][at] === part)) inFolder.set(paths[i].slice(folder.length).join('/'), file);
  });
  const where = folder.join('/') || (placed.length === 1 ? placed[0].path : 'dropped files');
  return {
    where,
    list: async () => [...inFolder.keys()].filter((name) => !name.includes('/')).sort(),
    async open(name) {
      const file = inFolder.get(name);
      return file ? fileBytes(file, inFolder.size === 1 ? name : `${where}/${name}`) : null;
    },
  };
}

/** The folders that all paths begin with. */
function common(paths: readonly string[][]): string[] {
  const [first, ...rest] = paths.map((path) => path.slice(0, -1));
  let count = first.length;
  for (const path of rest) while (!first.slice(0, count).every((part, i) => path[i] === part)) count--;
  return first.slice(0, count);
}

function fileBytes(file: File, where: string): ByteSource {
  return {
    where,
    size: file.size,
    async read(from, to) {
      let bytes: Uint8Array<ArrayBuffer>;
      try {
        bytes = new Uint8Array(await file.slice(from, to).arrayBuffer());
      } catch (error) {
        // What browsers say of a file that was changed, moved or deleted since it was dropped.
        throw new SourceError(
          'storage',
          'The file cannot be read any more',
          where,
          'It was changed or moved since it was dropped; drop it again.',
          error,
        );
      }
      if (bytes.length === to - from) return bytes;
      throw new SourceError('length', `The file ends before byte ${to}`, where, 'Drop it again, or download it again.');
    },
  };
}
