/** Files on disk. Writes go to a temporary name first and are then renamed, so that a killed process leaves no half file. */
import { appendFile, mkdir, open, readdir, readFile, rename, rm, stat, truncate } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Files } from './files';

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
  };
}
