/** The memory of an interpreter, as its host reads and writes it. Every access is checked: an address is the program's word. */

/** Longest path that a program may name, bytes. */
const LONGEST_PATH = 4096;

export class Memory {
  private view: DataView;
  bytes: Uint8Array;

  constructor(private readonly memory: WebAssembly.Memory) {
    this.bytes = new Uint8Array(memory.buffer);
    this.view = new DataView(memory.buffer);
  }

  /** Has the views follow a memory that grew: its buffer is another then. */
  refresh(): this {
    if (this.bytes.buffer !== this.memory.buffer) {
      this.bytes = new Uint8Array(this.memory.buffer);
      this.view = new DataView(this.memory.buffer);
    }
    return this;
  }

  grow(bytes: number): boolean {
    try {
      this.memory.grow(Math.ceil((bytes - this.memory.buffer.byteLength) / PAGE));
      return true;
    } catch {
      return false;
    }
  }

  u32 = (at: number): number => this.view.getUint32(at >>> 0, true);
  i32 = (at: number): number => this.view.getInt32(at >>> 0, true);
  setI32 = (at: number, value: number): void => this.view.setInt32(at >>> 0, value, true);
  setI64 = (at: number, value: number): void => this.view.setBigInt64(at >>> 0, BigInt(Math.trunc(value)), true);

  /** Throws RangeError where the part does not lie in the memory. */
  set(at: number, part: Uint8Array): void {
    this.bytes.set(part, at >>> 0);
  }

  /** Writes a text with its closing zero; gives its bytes. */
  setText(at: number, text: string): number {
    const encoded = new TextEncoder().encode(`${text}\0`);
    this.set(at, encoded);
    return encoded.length;
  }

  part(at: number, length: number): Uint8Array<ArrayBuffer> {
    return this.bytes.slice(at >>> 0, (at >>> 0) + (length >>> 0)) as Uint8Array<ArrayBuffer>;
  }

  text(at: number): string {
    const end = this.bytes.subarray(at >>> 0, (at >>> 0) + LONGEST_PATH).indexOf(0);
    return new TextDecoder().decode(this.part(at, Math.max(0, end)));
  }
}

/** Of WebAssembly's memory, bytes. */
export const PAGE = 65_536;
