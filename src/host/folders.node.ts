/** Folders on disk: made so that they stay, tried before they are needed, and kept free of links that lead out of them. */
import type { Stats } from 'node:fs';
import { lstat, mkdir, open, readlink, realpath, rm, rmdir, stat, statfs } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import { bytesText } from '../data/bytes';
import { outOfInodes, StorageError, storageError } from './storage-error';

const codeOf = (error: unknown): string | undefined => (error as { code?: string } | null)?.code;
const orNull = () => null;

/** An error of the system in words; others as they are. */
export async function inWords(error: unknown, where: string): Promise<unknown> {
  if (codeOf(error) === 'ENOSPC' && !(error instanceof StorageError)) {
    const disk = await statfs(dirname(where)).catch(orNull);
    if (disk && disk.files > 0 && disk.ffree === 0) return outOfInodes(where, error);
  }
  return storageError(error, where);
}

/** What Node reads at once, at most. */
const AT_ONCE = 2 ** 31 - 1;

/** Throws StorageError for what cannot be read whole: nobody may ever write into a pipe. A folder says so itself. */
export function expectFile(found: Stats, where: string): void {
  if (!found.isFile() && !found.isDirectory())
    throw new StorageError('This is no file but a pipe or a device', where, 'Put the file itself there.', 'EINVAL');
  if (found.size > AT_ONCE)
    throw new StorageError(
      `The file has ${bytesText(found.size)}, more than can be read at once`,
      where,
      'It is not what the lab wrote: restore it, or remove it.',
      'EFBIG',
    );
}

/** From now on a loss of power takes no name out of this folder. */
export async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, 'r').catch(orNull); // Windows opens no folders
  try {
    await handle?.sync();
  } catch (error) {
    // Some file systems take no orders about folders.
    if (!['EINVAL', 'EPERM', 'ENOTSUP', 'EBADF'].includes(codeOf(error) ?? '')) throw error;
  } finally {
    await handle?.close();
  }
}

/**
 * Makes a folder, and those above it that are missing; `made` gets them, the highest first. Node's own recursive mkdir never
 * ends where the system says ENOENT below a folder that is there, as /proc does.
 */
export async function makeFolder(path: string, made: string[] = []): Promise<void> {
  const above = dirname(path);
  try {
    await mkdir(path);
  } catch (error) {
    if (codeOf(error) === 'EEXIST') {
      const there = await isFolder(path);
      if (there) return;
      if (there === null) return makeFolder(path, made); // somebody took it away meanwhile
    }
    if (codeOf(error) !== 'ENOENT' || (await lstat(above).catch(orNull))) throw error;
    await makeFolder(above, made);
    return makeFolder(path, made);
  }
  made.push(path);
  await syncFolder(above);
}

/** Null for what is gone; throws for a link that leads nowhere. */
async function isFolder(path: string): Promise<boolean | null> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    if (codeOf(error) !== 'ENOENT' || (await lstat(path).catch(orNull))?.isSymbolicLink()) throw error;
    return null;
  }
}

/** Writes a file of a few kilobytes into `folder`, and leaves nothing behind. Throws StorageError where that cannot be. */
export async function tryFolder(folder: string): Promise<void> {
  const made: string[] = [];
  const file = join(folder, `.try-${process.pid}`);
  try {
    await makeFolder(folder, made);
    const handle = await open(file, 'wx');
    await rm(file).catch(orNull); // at once: a process that is killed here leaves nothing
    try {
      await handle.writeFile(new Uint8Array(4096));
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw await inWords(error, folder);
  } finally {
    await rm(file, { force: true }).catch(orNull);
    for (const own of made.reverse()) await rmdir(own).catch(orNull); // another process may have put something there
  }
}

/** Throws StorageError where a link on the way from `root` to `path`, which is below it, leads out of `root`. */
export async function keepInside(root: string, path: string): Promise<void> {
  const home = await realpath(root).catch(orNull);
  if (home === null) return;
  for (let at = path; at !== root && at !== dirname(at); at = dirname(at)) {
    const real = await realpath(at).catch(orNull);
    if (real === home || real?.startsWith(home + sep)) return;
    if (real === null && !(await lstat(at).catch(orNull))?.isSymbolicLink()) continue; // to be made in the folder above
    throw new StorageError(
      `A link leads out of the run's folder, to ${real ?? (await readlink(at))}`,
      at,
      'Put the folder itself there, or let the whole run lie elsewhere.',
      'ELOOP',
    );
  }
}
