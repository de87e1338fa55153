/** Rows of a checkpoint as the device stores them, packed in pieces that take little time. */
import {
  storedBytes,
  type Weight,
  type WeightFormat,
  type WeightPiece,
} from '../../kernels/weight-format/weight-format';
import type { Slot } from '../net/layout';
import { expectFiniteBytes, expectFiniteValues, expectHalves, type Origin } from './check-values';
import { isFloatFormat } from './float-formats';
import type { BlockType } from './gguf/blocks';
import { dequantise } from './gguf/dequantise';
import { isPackable, Packer } from './packer';
import { type StoredWords, store, wordsFor } from './quantise';
import { DIRECT } from './same-words';
import type { StoredTensor } from './stored-tensor';

/** Values packed at a time: some milliseconds for the slowest format. */
const PACK_VALUES = 64 * 1024;

/** Rows first … end − 1 of a tensor for rows `at` … of a piece. */
export interface Step {
  readonly tensor: StoredTensor;
  readonly first: number;
  readonly end: number;
  readonly columns: number;
  readonly piece: WeightPiece;
  readonly at: number;
}

/** Rows as the file holds them, or as f32 where it gives no others. */
export type Rows = { raw: Uint8Array<ArrayBuffer> } | { values: Float32Array<ArrayBuffer> };

/** Memory for packing, used again for every piece: the device has copied a piece's words when the next one is packed. */
export class Room {
  private readonly ofFormat = new Map<WeightFormat, StoredWords>();
  private floats = new Float32Array(0);

  private constructor(readonly packer: Packer | null) {}

  /** For these weights; `bytes` of a file are read at a time. */
  static async open(weights: readonly (readonly [Slot, Weight])[], bytes: number): Promise<Room> {
    const packed = weights.filter(([, { pieces }]) => pieces.some(({ format }) => isPackable(format)));
    if (packed.length === 0) return new Room(null);
    const values = packed.reduce((most, [{ columns }]) => Math.max(most, columns), PACK_VALUES);
    return new Room(await Packer.open({ values, room: bytes }));
  }

  values(count: number): Float32Array<ArrayBuffer> {
    if (this.floats.length < count) this.floats = new Float32Array(count);
    return this.floats;
  }

  words(format: WeightFormat, count: number): StoredWords | undefined {
    if (format === 'f32') return undefined; // its words are the values
    const made = this.ofFormat.get(format);
    if (made && made.data.byteLength >= storedBytes(format, count).data) return made;
    const words = wordsFor(format, count);
    this.ofFormat.set(format, words);
    return words;
  }
}

/** The rows as the device stores them, in pieces that take little time; each is valid until the next. */
export function* packed(
  { tensor, first, end, columns, piece }: Step,
  rows: Rows,
  room: Room,
  where: string,
): Generator<{ words: StoredWords; row: number; count: number }> {
  const { name, dtype } = tensor;
  const { format } = piece;
  const total = end - first;
  const direct = 'raw' in rows && DIRECT[dtype]?.format === format ? DIRECT[dtype] : null;
  const most = direct && isFloatFormat(dtype) ? total : Math.max(1, Math.floor(PACK_VALUES / columns));
  for (let row = 0; row < total; row += most) {
    const count = Math.min(most, total - row);
    const part = <T extends Uint8Array<ArrayBuffer> | Float32Array<ArrayBuffer>>(all: T) =>
      all.subarray((all.length / total) * row, (all.length / total) * (row + count)) as T;
    const origin = { name, where, first: (first + row) * columns };
    if ('raw' in rows && direct) {
      const raw = part(rows.raw);
      const words = direct.words(raw, room.words(format, count * columns));
      expectFiniteBytes(raw, dtype, words, origin);
      yield { words, row, count };
    } else {
      const some = 'raw' in rows ? { raw: part(rows.raw) } : { values: part(rows.values) };
      const given = { rows: some, dtype, format, count: count * columns };
      yield { words: quickly(given, room) ?? plainly(given, room, origin), row, count };
    }
  }
}

/** Some rows, and what they are to become. */
interface Given {
  readonly rows: Rows;
  readonly dtype: BlockType;
  readonly format: WeightFormat;
  readonly count: number;
}

/** q8 and q4 by WebAssembly; null for other formats, and where a value is one that it leaves to `plainly`. */
function quickly({ rows, dtype, format, count }: Given, { packer }: Room): StoredWords | null {
  if (!packer || !isPackable(format)) return null;
  const there = 'raw' in rows && packer.holds(rows.raw) ? rows.raw : null;
  if (there && dtype === 'F32') return packer.pack(new Float32Array(there.buffer, there.byteOffset, count), format);
  if (there && dtype === 'BF16') return packer.pack(new Uint16Array(there.buffer, there.byteOffset, count), format);
  if ('raw' in rows && dtype === 'BF16') {
    const narrow = packer.narrow(count);
    new Uint8Array(narrow.buffer, narrow.byteOffset, narrow.byteLength).set(rows.raw);
    return packer.pack(narrow, format);
  }
  const own = packer.values(count);
  const values = 'raw' in rows ? dequantise(rows.raw, dtype, own) : rows.values;
  if (values.buffer !== own.buffer) own.set(values);
  return packer.pack(own, format);
}

/** Any format from any other. Throws BadInput for values that it cannot hold. */
function plainly({ rows, dtype, format, count }: Given, room: Room, origin: Origin): StoredWords {
  const values = 'raw' in rows ? dequantise(rows.raw, dtype, room.values(count)) : rows.values;
  expectFiniteValues(values, origin);
  const words = store(values, format, room.words(format, count));
  if (format === 'f16') expectHalves(words.data, values, origin);
  return words;
}
