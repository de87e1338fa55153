/** Files on disk. Writes go to a temporary name first and are then renamed, so that a killed process leaves no half file. */
import {
  appendFile,
  type FileHandle,
  mkdir,
  open,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  truncate,
} from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Files } from './files';
import { lockFile } from './lock.node';

const absent = (error: unknown): boolean => ['ENOENT', 'ENOTDIR'].includes((error as { code?: string }).code ?? '');

export function diskFiles(root: string): Files {
  const at = (path: string) => join(root, path);
  return {
    where: root,
    async read(path) {
      try {
        return new Uint8Array(await readFile(at(path)));
      } catch (error) {
        if (absent(error)) return null;
        throw error;
      }
    },
    async write(path, bytes) {
      const final = at(path);
      await mkdir(dirname(final), { recursive: true });
      const temporary = `${final}.part`;
      const handle = await open(temporary, 'w');
      try {
        await handle.writeFile(bytes);
        await handle.sync();
      } finally {
        await handle.close();
      }
      await rename(temporary, final);
    },
    async append(path, text) {
      await mkdir(dirname(at(path)), { recursive: true });
      await appendFile(at(path), text);
    },
    async appendBytes(path, bytes) {
      await mkdir(dirname(at(path)), { recursive: true });
      const handle = await open(at(path), 'a');
      try {
        await handle.writeFile(bytes);
        await handle.datasync();
      } finally {
        await handle.close();
      }
    },
    async readRange(path, from, to) {
      let handle: FileHandle;
      try {
        handle = await open(at(path), 'r');
      } catch (error) {
        if (absent(error)) return null;
        throw error;
      }
      try {
        return await readFrom(handle, from, to);
      } finally {
        await handle.close();
      }
    },
    async truncate(path, bytes) {
      await truncate(at(path), bytes);
    },
    async size(path) {
      try {
        return (await stat(at(path))).size;
      } catch (error) {
        if (absent(error)) return 0;
        throw error;
      }
    },
    async list(path) {
      try {
        return (await readdir(at(path))).sort();
      } catch (error) {
        if (absent(error)) return [];
        throw error;
      }
    },
    async remove(path) {
      await rm(at(path), { recursive: true, force: true });
    },
    // In a folder of their own: a model that is removed takes no lock with it.
    exclusive: (name, work, turn) => lockFile(at(join('locks', `${name.replace(/[^\w.-]+/g, '--')}.lock`)), work, turn),
  };
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
