/** Reads GGUF's primitive values one after another from the first bytes of a file. */
import { BOUNDS } from '../../../data/bounds';

/** A value of the metadata. Whole numbers beyond 2^53 are bigints. */
export type MetadataValue = number | bigint | boolean | string | MetadataList;
export type MetadataList = readonly (number | bigint | boolean | string)[];

/** The bytes at hand end before the value does, though the file goes on: at least `needed` bytes from its start. */
export class EndOfBytes extends Error {
  constructor(readonly needed: number) {
    super(`needs the first ${needed} bytes`);
  }
}

type Scalar = number | bigint | boolean;

/** Bytes of the scalar types by number; 8 is a string, 9 a list. */
const SCALAR_BYTES: Readonly<Record<number, number>> = {
  0: 1,
  1: 1,
  2: 2,
  3: 2,
  4: 4,
  5: 4,
  6: 4,
  7: 1,
  10: 8,
  11: 8,
  12: 8,
};
const STRING = 8;
const LIST = 9;

export class Cursor {
  /** Bytes read so far. */
  at = 0;
  /** Elements of all lists so far. */
  private elements = 0;
  private readonly view: DataView;
  private readonly text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

  constructor(
    private readonly bytes: Uint8Array,
    private readonly size: number,
    /** Throws the BadInput that says what is wrong. */
    readonly bad: (what: string) => never,
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  u32(): number {
    return this.view.getUint32(this.take(4, 'a number'), true);
  }

  /** A u64 that is a safe integer. */
  natural(what: string): number {
    const value = this.view.getBigUint64(this.take(8, what), true);
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) this.bad(`${what} is ${value}`);
    return Number(value);
  }

  /** How many things of at least `least` bytes follow. */
  count(least: number, what: string): number {
    const n = this.natural(`the number of ${what}`);
    if (n * least > this.size - this.at)
      this.bad(`it claims ${n} ${what} of ${least} bytes or more, ${this.size - this.at} bytes are left`);
    return n;
  }

  string(what: string, most: number = BOUNDS.ggufHeader): string {
    const length = this.count(1, `characters of ${what}`);
    if (length > most) this.bad(`${what} has ${length} bytes, more than the ${most} that are read`);
    const from = this.take(length, what);
    try {
      return this.text.decode(this.bytes.subarray(from, from + length));
    } catch {
      return this.bad(`${what} is no UTF-8`);
    }
  }

  /** A value of the metadata: its type, then itself. */
  value(key: string): MetadataValue {
    const type = this.u32();
    return type === LIST
      ? this.list(key)
      : type === STRING
        ? this.string(`the value of ${key}`)
        : this.scalar(type, key);
  }

  private list(key: string): MetadataList {
    const type = this.u32();
    if (type === LIST) this.bad(`${key} is a list of lists`);
    const n = this.count(type === STRING ? 8 : this.sizeOf(type, key), `elements of ${key}`);
    this.elements += n;
    if (this.elements > BOUNDS.ggufElements)
      this.bad(
        `with ${key} its lists have ${this.elements} elements, more than the ${BOUNDS.ggufElements} that are read`,
      );
    const out: (Scalar | string)[] = [];
    for (let i = 0; i < n; i++)
      out.push(type === STRING ? this.string(`an element of ${key}`) : this.scalar(type, key));
    return out;
  }

  private scalar(type: number, key: string): Scalar {
    const at = this.take(this.sizeOf(type, key), key);
    const { view } = this;
    switch (type) {
      case 0:
        return view.getUint8(at);
      case 1:
        return view.getInt8(at);
      case 2:
        return view.getUint16(at, true);
      case 3:
        return view.getInt16(at, true);
      case 4:
        return view.getUint32(at, true);
      case 5:
        return view.getInt32(at, true);
      case 6:
        return view.getFloat32(at, true);
      case 7: {
        const value = view.getUint8(at);
        return value <= 1 ? value === 1 : this.bad(`the truth value of ${key} is ${value}`);
      }
      case 10:
        return small(view.getBigUint64(at, true));
      case 11:
        return small(view.getBigInt64(at, true));
      default:
        return view.getFloat64(at, true);
    }
  }

  private sizeOf(type: number, key: string): number {
    return SCALAR_BYTES[type] ?? this.bad(`${key} has the type ${type}, which there is not`);
  }

  /** Moves past `n` bytes and says where they begin. */
  private take(n: number, what: string): number {
    const from = this.at;
    const end = from + n;
    if (end > this.size) this.bad(`${what} would end at byte ${end}, the file has ${this.size}`);
    if (end > this.bytes.length) throw new EndOfBytes(end);
    this.at = end;
    return from;
  }
}

const small = (value: bigint): number | bigint => (Number.isSafeInteger(Number(value)) ? Number(value) : value);
