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

/** The handles behind a folder's paths. */
class Handles {
  constructor(
    private readonly root: FileSystemDirectoryHandle,
    readonly where: string,
  ) {}

  /** The folder of a path; null where it is missing and not to be made. */
  async folder(names: string[], create: boolean): Promise<FileSystemDirectoryHandle | null> {
    let at = this.root;
    try {
      for (const name of names) at = await at.getDirectoryHandle(name, { create });
    } catch (error) {
      if (notFound(error)) return null;
      throw error;
    }
    return at;
  }

  async file(path: string, create: boolean): Promise<FileSystemFileHandle | null> {
    const names = parts(path);
    const name = names.pop() as string;
    const parent = await this.folder(names, create);
    try {
      return parent ? await parent.getFileHandle(name, { create }) : null;
    } catch (error) {
      if (notFound(error)) return null;
      throw error;
    }
  }

  /** What a file holds now; null where there is none. */
  async content(path: string): Promise<File | null> {
    return (await (await this.file(path, false))?.getFile()) ?? null;
  }

  inPlace(path: string, act: (handle: SyncAccessHandle) => void): Promise<void> {
    return stored(`${this.where}/${path}`, async () => {
      const handle = await ((await this.file(path, true)) as SyncFileHandle).createSyncAccessHandle();
      try {
        act(handle);
        handle.flush();
      } finally {
        handle.close();
      }
    });
  }
}

/** All of the bytes at the file's end, or none. */
function appendTo(handle: SyncAccessHandle, bytes: Uint8Array): void {
  const size = handle.getSize();
  try {
    const written = handle.write(bytes, { at: size });
    if (written < bytes.length)
      throw new DOMException(`${written} of ${bytes.length} bytes could be written`, 'QuotaExceededError');
  } catch (error) {
    handle.truncate(size);
    throw error;
  }
}

type Reading = 'read' | 'readRange' | 'blob' | 'size' | 'list';
type Writing = 'write' | 'append' | 'appendBytes' | 'sync' | 'truncate' | 'remove';

const bytesOf = async (blob: Blob | null): Promise<Uint8Array<ArrayBuffer> | null> =>
  blob && new Uint8Array(await blob.arrayBuffer());

const reading = (handles: Handles): Pick<Files, Reading> => ({
  read: async (path) => bytesOf(await handles.content(path)),
  readRange: async (path, from, to) => bytesOf((await handles.content(path))?.slice(from, to) ?? null),
  blob: (path) => handles.content(path),
  size: async (path) => (await handles.content(path))?.size ?? 0,
  async list(path) {
    const at = await handles.folder(parts(path), false);
    const names: string[] = [];
    if (at) for await (const name of (at as unknown as { keys(): AsyncIterable<string> }).keys()) names.push(name);
    return names.sort();
  },
});

function writing(handles: Handles): Pick<Files, Writing> {
  const appendBytes = (path: string, bytes: Uint8Array): Promise<void> =>
    handles.inPlace(path, (handle) => appendTo(handle, bytes));
  return {
    write: (path, bytes) =>
      stored(`${handles.where}/${path}`, async () => {
        const stream = await ((await handles.file(path, true)) as FileSystemFileHandle).createWritable();
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
    truncate: (path, bytes) => handles.inPlace(path, (handle) => handle.truncate(bytes)),
    async remove(path) {
      const names = parts(path);
      const name = names.pop() as string;
      const parent = await handles.folder(names, false);
      try {
        await parent?.removeEntry(name, { recursive: true });
      } catch (error) {
        if (!notFound(error)) throw error;
      }
    },
  };
}

function folderFiles(root: FileSystemDirectoryHandle, where: string): Files {
  const handles = new Handles(root, where);
  const lockName = (name: string): string => `antisd-lab:${where}/${name}`;
  return {
    where,
    ...reading(handles),
    ...writing(handles),
    async room() {
      const { quota, usage } = await navigator.storage.estimate();
      return quota === undefined || usage === undefined ? null : quota - usage;
    },
    async isHeld(name) {
      const { held = [] } = await navigator.locks.query();
      return held.some((lock) => lock.name === lockName(name));
    },
    async exclusive(name, work, turn = {}) {
      const key = lockName(name);
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
