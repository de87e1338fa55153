/** A folder on disk, or one file of it, read by ranges. */
import type { Stats } from 'node:fs';
import { type FileHandle, open, readdir, stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, resolve } from 'node:path';
import type { ByteSource, FileSource } from '../../data/bytes';
import { readFrom } from '../../host/files.node';
import { SourceError } from './source-error';

/** What is at a path; null where nothing is, or could be by that name. Throws SourceError. */
export const lookAt = async (path: string): Promise<Stats | null> =>
  (await stat(path).catch((error) => {
    if (!['ENAMETOOLONG', 'ERR_INVALID_ARG_VALUE'].includes(error.code)) fail(path)(error);
  })) ?? null;

/** The folder at `path`. Its sub-folders are not listed. Throws SourceError where there is none. */
export async function folderSource(path: string): Promise<FileSource> {
  const where = resolve(path);
  const found = await stat(where).catch(fail(where));
  if (!found) throw missing(where, 'folder');
  if (!found.isDirectory())
    throw new SourceError(
      'not-found',
      'This is a file and no folder',
      where,
      'Name the folder that it lies in, or a .gguf file.',
    );
  return {
    where,
    async list() {
      const names = (await readdir(where, { withFileTypes: true }).catch(fail(where))) ?? [];
      return names.flatMap((entry) => (entry.isDirectory() ? [] : entry.name)).sort();
    },
    open: (name) => openFile(where, name),
  };
}

/** One file on disk as a folder that holds nothing else. Throws SourceError where there is none. */
export async function fileSource(path: string): Promise<FileSource> {
  const where = resolve(path);
  const name = basename(where);
  const file = await openFile(dirname(where), name);
  if (!file && (await lookAt(where))?.isDirectory())
    throw new SourceError('not-found', 'This is a folder and no file', where, 'Name the file in it.');
  if (!file) throw missing(where, 'file');
  return { where, list: async () => [name], open: async (asked) => (asked === name ? file : null) };
}

async function openFile(folder: string, name: string): Promise<ByteSource | null> {
  // Names come from files of strangers: none leads out of the folder.
  if (isAbsolute(name) || name.split(/[\\/]/).includes('..')) return null;
  const where = join(folder, name);
  const found = await stat(where).catch(fail(where));
  if (found && !found.isFile() && !found.isDirectory())
    throw new SourceError('storage', 'This is no file but a pipe or a device', where, 'Write it into a file first.');
  if (!found?.isFile()) return null;
  const { size } = found;
  return { where, size, read: (from, to, room) => read(where, from, to, room) };
}

/** A handle for each read: a model has few, large ones, and nobody needs to close anything. */
async function read(
  where: string,
  from: number,
  to: number,
  room?: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array<ArrayBuffer>> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(where, 'r');
    const bytes = await readFrom(handle, from, to, room);
    if (bytes.length === to - from) return bytes;
  } catch (error) {
    throw fault(error, where);
  } finally {
    await handle?.close();
  }
  throw new SourceError(
    'length',
    `The file ends before byte ${to}`,
    where,
    'It has become shorter since it was opened; copy or download it again.',
  );
}

const missing = (where: string, kind: string): SourceError =>
  new SourceError('not-found', `There is no such ${kind}`, where, 'Check the path.');

/** Nothing there: undefined. Anything else is thrown in words. */
const fail =
  (where: string) =>
  (error: unknown): undefined => {
    if (!['ENOENT', 'ENOTDIR'].includes((error as { code?: string }).code ?? '')) throw fault(error, where);
  };

function fault(error: unknown, where: string): SourceError {
  const { code } = error as { code?: string };
  const denied = code === 'EACCES' || code === 'EPERM';
  return new SourceError(
    'storage',
    denied ? 'This may not be read' : `This cannot be read (${code ?? (error as Error).message})`,
    where,
    denied ? 'Change its permissions.' : 'Check that the disk is there and sound.',
    error,
  );
}
