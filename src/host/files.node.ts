/**
 * Files on disk. Writes go to a temporary name first and are then renamed, so that a killed process leaves no half file;
 * what the system says of a failure comes as a StorageError.
 */
import { openAsBlob } from 'node:fs';
import { type FileHandle, open, readdir, readFile, rename, rm, stat, statfs, truncate } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Files } from './files';
import { expectFile, inWords, keepInside, makeFolder, syncFolder } from './folders.node';
import { isLocked, lockFile } from './lock.node';

const absent = (error: unknown): boolean => ['ENOENT', 'ENOTDIR'].includes((error as { code?: string }).code ?? '');

/** @param links 'inside': a link below `root` that leads out of it is refused. */
export function diskFiles(root: string, links: 'follow' | 'inside' = 'follow'): Files {
  const on = async <T>(path: string, act: (full: string) => Promise<T>): Promise<T> => {
    const full = join(root, path);
    try {
      if (links === 'inside') await keepInside(root, full);
      return await act(full);
    } catch (error) {
      throw await inWords(error, full);
    }
  };
  /** What `act` gives; `otherwise` where nothing is there. */
  const look = <T>(path: string, otherwise: T, act: (full: string) => Promise<T>): Promise<T> =>
    on(path, (full) =>
      act(full).catch((error) => {
        if (absent(error)) return otherwise;
        throw error;
      }),
    );
  // In a folder of their own: a model that is removed takes no lock with it.
  const lockOf = (name: string): Promise<string> =>
    on(join('locks', `${name.replace(/[^\w.-]+/g, '--')}.lock`), async (full) => full);
  return {
    where: root,
    read: (path) =>
      look<Uint8Array<ArrayBuffer> | null>(path, null, async (full) => {
        expectFile(await stat(full), full);
        return new Uint8Array(await readFile(full));
      }),
    async write(path, bytes) {
      await on(path, (full) => makeFolder(dirname(full)));
      await on(`${path}.part`, (part) => writeWhole(part, bytes));
      await on(path, (full) => replace(`${full}.part`, full));
    },
    append: (path, text) => on(path, (full) => add(full, new TextEncoder().encode(text), false)),
    appendBytes: (path, bytes) => on(path, (full) => add(full, bytes, true)),
    sync: (path) => look(path, undefined, syncFile),
    readRange: (path, from, to) =>
      look<Uint8Array<ArrayBuffer> | null>(path, null, async (full) => {
        const handle = await open(full, 'r');
        try {
          return await readFrom(handle, from, to);
        } finally {
          await handle.close();
        }
      }),
    blob: (path) => look<Blob | null>(path, null, (full) => openAsBlob(full)),
    truncate: (path, bytes) => on(path, (full) => truncate(full, bytes)),
    size: (path) => look(path, 0, async (full) => (await stat(full)).size),
    list: (path) => look<string[]>(path, [], async (full) => (await readdir(full)).sort()),
    remove: (path) => on(path, (full) => rm(full, { recursive: true, force: true })),
    async room() {
      const disk = await statfs(root).catch(() => null);
      return disk && disk.bavail * disk.bsize;
    },
    exclusive: async (name, work, turn) => lockFile(await lockOf(name), work, turn),
    isHeld: async (name) => isLocked(await lockOf(name)),
  };
}

/** Nothing is left of a file that could not be written whole. */
async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  const handle = await open(path, 'w');
  try {
    await handle.writeFile(bytes);
    await handle.sync();
  } catch (error) {
    await rm(path, { force: true }).catch(() => {});
    throw error;
  } finally {
    await handle.close();
  }
}

/** Puts a file in the place of another, or leaves neither it nor a change. */
async function replace(part: string, path: string): Promise<void> {
  try {
    await rename(part, path);
  } catch (error) {
    await rm(part, { force: true }).catch(() => {});
    throw error;
  }
  await syncFolder(dirname(path));
}

/** Adds all of the bytes at a file's end or, where that fails, none. */
async function add(path: string, bytes: Uint8Array, durable: boolean): Promise<void> {
  await makeFolder(dirname(path));
  const handle = await open(path, 'a');
  try {
    const { size } = await handle.stat();
    try {
      await handle.writeFile(bytes);
      if (durable) await handle.datasync();
    } catch (error) {
      await handle.truncate(size).catch(() => {});
      throw error;
    }
  } finally {
    await handle.close();
  }
}

async function syncFile(path: string): Promise<void> {
  const handle = await open(path, 'r+');
  try {
    await handle.datasync();
  } finally {
    await handle.close();
  }
  await syncFolder(dirname(path));
}

/** Bytes from … to − 1 of an open file, fewer where it ends before; in `room`, where it holds them. */
export async function readFrom(
  handle: FileHandle,
  from: number,
  to: number,
  room?: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array<ArrayBuffer>> {
  const length = Math.max(0, Math.min(to, (await handle.stat()).size) - from);
  const bytes = room && room.length >= length ? room.subarray(0, length) : new Uint8Array(length);
  let done = 0;
  while (done < bytes.length) {
    const { bytesRead } = await handle.read(bytes, done, bytes.length - done, from + done);
    if (bytesRead === 0) return bytes.slice(0, done);
    done += bytesRead;
  }
  return bytes;
}
