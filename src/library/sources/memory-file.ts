/** A file that grows in memory, for hosts whose disk is full and servers that give no ranges. */
import type { ByteSource } from '../../data/bytes';

/** Blocks instead of one array: nothing is copied as the file grows, and no single allocation is large. */
const BLOCK = 4 * 1024 * 1024;

export class MemoryFile {
  private readonly blocks: Uint8Array<ArrayBuffer>[] = [];
  /** Bytes held. */
  length = 0;

  append(bytes: Uint8Array): void {
    for (let done = 0; done < bytes.length; ) {
      const at = this.length % BLOCK;
      if (at === 0) this.blocks.push(new Uint8Array(BLOCK));
      const part = bytes.subarray(done, done + BLOCK - at);
      this.blocks[this.blocks.length - 1].set(part, at);
      done += part.length;
      this.length += part.length;
    }
  }

  /** A copy of bytes from … to − 1, fewer where the file ends before. */
  read(from: number, to: number): Uint8Array<ArrayBuffer> {
    const end = Math.min(to, this.length);
    const bytes = new Uint8Array(Math.max(0, end - from));
    for (let at = from; at < end; ) {
      const block = this.blocks[Math.floor(at / BLOCK)];
      const part = block.subarray(at % BLOCK, Math.min(BLOCK, (at % BLOCK) + end - at));
      bytes.set(part, at - from);
      at += part.length;
    }
    return bytes;
  }

  clear(): void {
    this.blocks.length = 0;
    this.length = 0;
  }

  source(where: string): ByteSource {
    return { where, size: this.length, read: async (from, to) => this.read(from, to) };
  }
}
