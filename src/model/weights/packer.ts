/**
 * Rows packed to q8 and q4 by WebAssembly (pack.wat), to the bits of `store` (quantise.ts), which is what the formats are. On
 * the device it would be no faster where that is the processor, and cost an upload of all that is packed where it is not.
 */
import type { WeightFormat } from '../../kernels/weight-format/weight-format';
import { QUANT_GROUP, storedBytes } from '../../kernels/weight-format/weight-format';
import { PACK_WASM } from './pack-wasm';
import type { StoredWords } from './quantise';

type Pack = (groups: number, from: number, to: number, scales: number, narrow: 0 | 1) => number;

interface Exports {
  readonly memory: WebAssembly.Memory;
  readonly q8: Pack;
  readonly q4: Pack;
}

/** Bytes at the memory's beginning that pack.wat works in. */
const OWN = 512;
const PAGE = 64 * 1024;
/** Bits of the largest |w| that is packed here: of q8 all that are finite, of q4 those that are halves. */
const LARGEST = { q8: 0x7f7fffff, q4: 0x477fe000 } as const;

let compiled: Promise<WebAssembly.Module | null> | undefined;

/** Null where the host compiles no WebAssembly. */
const moduleOf = (): Promise<WebAssembly.Module | null> => {
  compiled ??= WebAssembly.compile(Uint8Array.from(atob(PACK_WASM), (c) => c.charCodeAt(0))).catch(() => null);
  return compiled;
};

export const isPackable = (format: WeightFormat): format is 'q8' | 'q4' => format === 'q8' || format === 'q4';

/** Most that a Packer is to hold, where it shall never grow: values at a time, and bytes of each of two rooms for a file's. */
export interface Sizes {
  readonly values: number;
  readonly room: number;
}

export class Packer {
  /** Where a file's bytes may be read to, and be packed from without being copied. Valid while no more values are asked for than were announced. */
  readonly rooms: readonly [Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>];
  /** Where values that are copied, and what is packed, begin. */
  private readonly start: number;

  private constructor(
    private readonly wasm: Exports,
    { values, room }: Sizes,
  ) {
    const size = Math.ceil(room / 16) * 16;
    this.start = OWN + 2 * size;
    const buffer = this.memoryFor(values);
    this.rooms = [new Uint8Array(buffer, OWN, room), new Uint8Array(buffer, OWN + size, room)];
  }

  /** Null where the host compiles no WebAssembly. */
  static async open(sizes: Sizes = { values: 0, room: 0 }): Promise<Packer | null> {
    const module = await moduleOf();
    if (!module) return null;
    return new Packer((await WebAssembly.instantiate(module)).exports as unknown as Exports, sizes);
  }

  /** Room for `count` values, to be filled and packed. What was got before is not valid any more. */
  values(count: number): Float32Array<ArrayBuffer> {
    return new Float32Array(this.memoryFor(count), this.start, count);
  }

  /** Likewise for bfloat16 as a file has it. */
  narrow(count: number): Uint16Array<ArrayBuffer> {
    return new Uint16Array(this.memoryFor(count), this.start, count);
  }

  /** Whether these bytes lie in one of the rooms. */
  holds({ buffer }: Uint8Array<ArrayBuffer>): boolean {
    return buffer === this.wasm.memory.buffer;
  }

  /**
   * What `values` or `narrow` gave last, or a view of a room, packed; null where a value is not finite, beyond q4's halves, or
   * tiny. Valid until the next call.
   */
  pack(values: Float32Array<ArrayBuffer> | Uint16Array<ArrayBuffer>, format: 'q8' | 'q4'): StoredWords | null {
    const { buffer, byteOffset, byteLength, length } = values;
    const bytes = storedBytes(format, length);
    const to = byteOffset < this.start ? this.start : byteOffset + byteLength;
    const scales = to + bytes.data;
    const narrow = values instanceof Uint16Array ? 1 : 0;
    const largest = this.wasm[format](length / QUANT_GROUP, byteOffset, to, scales, narrow);
    if (largest > LARGEST[format]) return null;
    return {
      data: new Uint32Array(buffer, to, bytes.data / 4),
      scales: new Uint32Array(buffer, scales, bytes.scales / 4),
    };
  }

  private memoryFor(count: number): ArrayBuffer {
    const { memory } = this.wasm;
    const bytes = this.start + count * 4 + count + count / 8; // a value's, and q8's, which are the most
    const missing = bytes - memory.buffer.byteLength;
    if (missing > 0) memory.grow(Math.ceil(missing / PAGE));
    return memory.buffer;
  }
}
