/** A file that is being downloaded: in the cache, or in memory once the disk is full. */
import type { ByteSource } from '../../data/bytes';
import type { CachedCommit } from './cache';
import { sampleOf } from './cached-check';
import { MemoryFile } from './memory-file';

/** Bytes are written in blocks: a file handle is opened for each. */
const BLOCK = 4 * 1024 * 1024;

/** Why the bytes are kept in memory. */
export type NoStorage = 'full' | 'read-only';

/** Tells a disk without room, or one that may not be written, from a fault of the program; null for the latter. */
export function noStorage(error: unknown): NoStorage | null {
  const { name, code } = error as { name?: string; code?: unknown };
  if (name === 'QuotaExceededError' || code === 'ENOSPC' || code === 'EDQUOT') return 'full';
  if (code === 'EROFS' || code === 'EACCES' || code === 'EPERM') return 'read-only';
  return null;
}

export class PartialFile {
  private waiting: Uint8Array[] = [];
  private waitingBytes = 0;
  private stored = 0;
  private memory: MemoryFile | null;
  /** The server's name for these bytes. */
  etag: string | null = null;

  private constructor(
    private readonly place: CachedCommit | null,
    readonly name: string,
    private readonly size: number | null,
    private readonly onMemory: (why: NoStorage) => void,
  ) {
    this.memory = place ? null : new MemoryFile();
  }

  /**
   * What is here of a file. Without a commit nothing is to be stored. `onMemory` is told when storing fails for want of room
   * or of the right to write; the bytes are then moved to memory and the download goes on.
   */
  static async open(
    commit: CachedCommit | null,
    name: string,
    size: number | null,
    onMemory: (why: NoStorage) => void,
  ): Promise<PartialFile> {
    const file = new PartialFile(commit, name, size, onMemory);
    if (commit) await file.resume();
    return file;
  }

  /** Bytes received. */
  get length(): number {
    return this.memory ? this.memory.length : this.stored + this.waitingBytes;
  }

  /** Whether the bytes are in memory only, and gone when this file is. */
  get inMemory(): boolean {
    return this.memory !== null;
  }

  /** Where it is stored; asked for only while it is not in memory. */
  private get commit(): CachedCommit {
    if (!this.place) throw new Error(`${this.name} is only in memory`);
    return this.place;
  }

  private get path(): string {
    return this.commit.path(this.name);
  }

  private async resume(): Promise<void> {
    const held = (await this.commit.manifest())?.files[this.name];
    this.stored = await this.commit.files.size(this.path);
    // Bytes that nobody noted, or more than there can be, are none of ours.
    if ((this.stored > 0 && !held) || (this.size !== null && this.stored > this.size)) await this.restart(null);
    this.etag = held?.etag ?? null;
  }

  /** Forgets all bytes; those that come now have this etag. */
  async restart(etag: string | null): Promise<void> {
    [this.waiting, this.waitingBytes, this.stored] = [[], 0, 0];
    this.memory?.clear();
    if (!this.memory) await this.commit.files.remove(this.path);
    await this.begin(etag);
  }

  /** Notes the etag of the bytes that come. */
  async begin(etag: string | null): Promise<void> {
    this.etag = etag;
    await this.store(() => this.commit.note(this.name, { size: this.size, etag, complete: false }));
  }

  async append(bytes: Uint8Array): Promise<void> {
    if (this.memory) return this.memory.append(bytes);
    this.waiting.push(bytes);
    this.waitingBytes += bytes.length;
    if (this.waitingBytes >= BLOCK) await this.flush();
  }

  /** Stores what waits. */
  async flush(): Promise<void> {
    if (this.memory || this.waitingBytes === 0) return;
    const block = new Uint8Array(this.waitingBytes);
    let at = 0;
    for (const part of this.waiting) {
      block.set(part, at);
      at += part.length;
    }
    await this.store(async () => {
      await this.commit.files.appendBytes(this.path, block);
      this.stored += block.length;
      [this.waiting, this.waitingBytes] = [[], 0];
    });
  }

  /** Does a write; where there is no room for it, moves to memory what is stored, and what waits with it. */
  private async store(write: () => Promise<void>): Promise<void> {
    if (this.memory) return;
    try {
      await write();
    } catch (error) {
      const why = noStorage(error);
      if (!why) throw error;
      const memory = new MemoryFile();
      for (let at = 0; at < this.stored; at += BLOCK) {
        memory.append(await this.commit.read(this.name, at, Math.min(at + BLOCK, this.stored)));
      }
      for (const part of this.waiting) memory.append(part);
      [this.waiting, this.waitingBytes, this.memory] = [[], 0, memory];
      // What was stored gives its room back, for the runs' logs and checkpoints.
      await this.commit.files.remove(this.path).catch(() => {});
      await this.commit.note(this.name, null).catch(() => {});
      this.onMemory(why);
    }
  }

  /** The bytes received, in blocks, in order. */
  async *blocks(): AsyncGenerator<Uint8Array> {
    await this.flush();
    for (let at = 0; at < this.length; at += BLOCK) {
      const to = Math.min(at + BLOCK, this.length);
      yield this.memory ? this.memory.read(at, to) : await this.commit.read(this.name, at, to);
    }
  }

  /** All bytes are here and were checked: gives them as a source. `where` is the file's address, for messages. */
  async complete(where: string): Promise<ByteSource> {
    await this.flush();
    const size = this.length;
    // An empty file, too, is a file.
    if (size === 0) await this.store(() => this.commit.files.appendBytes(this.path, new Uint8Array(0)));
    await this.store(async () => {
      const sample = await sampleOf(this.commit.source(this.name, size));
      await this.commit.note(this.name, { size, etag: this.etag, complete: true, sample });
    });
    return this.memory ? this.memory.source(`${where}, in memory`) : this.commit.source(this.name, size);
  }

  /** Deletes what is here: the bytes are not those that were promised. */
  async discard(): Promise<void> {
    [this.waiting, this.waitingBytes, this.stored] = [[], 0, 0];
    if (this.memory) return this.memory.clear();
    await this.commit.files.remove(this.path);
    await this.commit.note(this.name, null);
  }
}
