/** Files in the origin's private file system (OPFS), from a Worker. Whole-file writes swap on close; appends go in place. */
import { Busy, type Files } from './files';
import { storageError } from './storage-error';

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

/** What a storage that is full says comes as a StorageError. */
async function stored<T>(where: string, write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    throw storageError(error, where);
  }
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
  const inPlace = (path: string, act: (handle: SyncAccessHandle) => void): Promise<void> =>
    stored(`${where}/${path}`, async () => {
      const handle = await ((await file(path, true)) as SyncFileHandle).createSyncAccessHandle();
      try {
        act(handle);
        handle.flush();
      } finally {
        handle.close();
      }
    });
  const appendBytes = (path: string, bytes: Uint8Array): Promise<void> =>
    inPlace(path, (handle) => {
      const size = handle.getSize();
      try {
        const written = handle.write(bytes, { at: size });
        if (written < bytes.length)
          throw new DOMException(`${written} of ${bytes.length} bytes could be written`, 'QuotaExceededError');
      } catch (error) {
        handle.truncate(size);
        throw error;
      }
    });
  return {
    where,
    async read(path) {
      const handle = await file(path, false);
      return handle ? new Uint8Array(await (await handle.getFile()).arrayBuffer()) : null;
    },
    write: (path, bytes) =>
      stored(`${where}/${path}`, async () => {
        const stream = await ((await file(path, true)) as FileSystemFileHandle).createWritable();
        try {
          await stream.write(bytes);
          await stream.close();
        } catch (error) {
          await stream.abort().catch(() => {}); // the space of what was written so far
          throw error;
        }
      }),
    append: (path, text) => appendBytes(path, new TextEncoder().encode(text)),
    appendBytes,
    sync: async () => {}, // every append flushes
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
    async room() {
      const { quota, usage } = await navigator.storage.estimate();
      return quota === undefined || usage === undefined ? null : quota - usage;
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
