/** Files in the origin's private file system (OPFS), from a Worker. Whole-file writes swap on close; appends go in place. */
import { Busy, type Files } from './files';

/** The parts of FileSystemSyncAccessHandle used here; TypeScript has it only in its worker library, which clashes with the page's. */
interface SyncAccessHandle {
  getSize(): number;
  write(bytes: Uint8Array, options: { at: number }): number;
  truncate(size: number): void;
  flush(): void;
  close(): void;
}
type SyncFileHandle = FileSystemFileHandle & { createSyncAccessHandle(): Promise<SyncAccessHandle> };

const notFound = (error: unknown): boolean =>
  error instanceof DOMException && (error.name === 'NotFoundError' || error.name === 'TypeMismatchError');

/** A folder of OPFS, made where it is missing. */
export async function privateFiles(path: string): Promise<Files> {
  let root = await navigator.storage.getDirectory();
  for (const name of parts(path)) root = await root.getDirectoryHandle(name, { create: true });
  return folderFiles(root, path);
}

function folderFiles(root: FileSystemDirectoryHandle, where: string): Files {
  /** The folder of a path; null where it is missing and not to be made. */
  const folder = async (names: string[], create: boolean): Promise<FileSystemDirectoryHandle | null> => {
    let at = root;
    try {
      for (const name of names) at = await at.getDirectoryHandle(name, { create });
    } catch (error) {
      if (notFound(error)) return null;
      throw error;
    }
    return at;
  };
  const file = async (path: string, create: boolean): Promise<FileSystemFileHandle | null> => {
    const names = parts(path);
    const name = names.pop() as string;
    const parent = await folder(names, create);
    try {
      return parent ? await parent.getFileHandle(name, { create }) : null;
    } catch (error) {
      if (notFound(error)) return null;
      throw error;
    }
  };
  const inPlace = async (path: string, act: (handle: SyncAccessHandle) => void): Promise<void> => {
    const handle = await ((await file(path, true)) as SyncFileHandle).createSyncAccessHandle();
    try {
      act(handle);
      handle.flush();
    } finally {
      handle.close();
    }
  };
  return {
    where,
    async read(path) {
      const handle = await file(path, false);
      return handle ? new Uint8Array(await (await handle.getFile()).arrayBuffer()) : null;
    },
    async write(path, bytes) {
      const handle = (await file(path, true)) as FileSystemFileHandle;
      const stream = await handle.createWritable();
      await stream.write(bytes);
      await stream.close();
    },
    append: (path, text) =>
      inPlace(path, (handle) => {
        handle.write(new TextEncoder().encode(text), { at: handle.getSize() });
      }),
    appendBytes: (path, bytes) =>
      inPlace(path, (handle) => {
        const size = handle.getSize();
        const written = handle.write(bytes, { at: size });
        if (written === bytes.length) return;
        handle.truncate(size);
        throw new DOMException(`${written} of ${bytes.length} bytes could be written`, 'QuotaExceededError');
      }),
    async readRange(path, from, to) {
      const handle = await file(path, false);
      return handle ? new Uint8Array(await (await handle.getFile()).slice(from, to).arrayBuffer()) : null;
    },
    truncate: (path, bytes) => inPlace(path, (handle) => handle.truncate(bytes)),
    async size(path) {
      const handle = await file(path, false);
      return handle ? (await handle.getFile()).size : 0;
    },
    async list(path) {
      const at = await folder(parts(path), false);
      const names: string[] = [];
      if (at) for await (const name of (at as unknown as { keys(): AsyncIterable<string> }).keys()) names.push(name);
      return names.sort();
    },
    async remove(path) {
      const names = parts(path);
      const name = names.pop() as string;
      const parent = await folder(names, false);
      try {
        await parent?.removeEntry(name, { recursive: true });
      } catch (error) {
        if (!notFound(error)) throw error;
      }
    },
    async exclusive(name, work, turn = {}) {
      const key = `antisd-lab:${where}/${name}`;
      const free = await navigator.locks.request(key, { ifAvailable: true }, async (lock) =>
        lock ? { value: await work() } : null,
      );
      if (free) return free.value;
      if (turn.wait === false) throw new Busy(name);
      turn.onWait?.();
      return navigator.locks.request(key, turn.signal ? { signal: turn.signal } : {}, work);
    },
  };
}

const parts = (path: string): string[] => path.split('/').filter((name) => name !== '' && name !== '.');
