/**
 * Brings a checkpoint's tensors to the device. A few rows at a time are read, checked, packed and written while the next
 * ones are being read, so that host memory stays small; the event loop gets its turn after every few milliseconds.
 */
import type { Gpu } from '../../gpu/device';
import type { Tensor } from '../../gpu/tensor';
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
import type { StoredTensor, TensorCatalog } from './stored-tensor';

/** Bytes of a file read at a time: large enough for a disk, small beside the weights. */
const READ_BYTES = 2 * 1024 * 1024;
/** Values taken at a time, where no file holds them or it packs many into a byte. */
const READ_VALUES = 1024 * 1024;
/** Values packed at a time: some milliseconds for the slowest format. */
const PACK_VALUES = 64 * 1024;
/** The event loop waits at most about this long, in milliseconds. */
const TURN_MS = 8;
/** Bytes written before the device must have taken those before them. */
const IN_FLIGHT = 32 * 1024 * 1024;

/** Bytes of a buffer that are zeroed in some twenty-five milliseconds, and in few. */
const ZEROED_AT_ONCE = 64 * 1024 * 1024;
const ZEROED_QUICKLY = 4 * 1024 * 1024;

/** Rows first … end − 1 of a tensor for rows `at` … of a piece. */
interface Step {
  readonly tensor: StoredTensor;
  readonly first: number;
  readonly end: number;
  readonly columns: number;
  readonly piece: WeightPiece;
  readonly at: number;
}

/** Fills the pieces of `weights`; rows past a slot's parts stay zero. Throws BadInput for values that are not finite. */
export async function loadWeights(
  gpu: Gpu,
  weights: readonly (readonly [Slot, Weight])[],
  source: { tensors: TensorCatalog; where: string },
  onLoaded?: (done: number) => void,
): Promise<void> {
  const host = new Turns();
  const writer = new Writer(
    gpu,
    host,
    weights.flatMap(([, { pieces }]) => pieces),
  );
  const room = new Room(await packerFor(weights));
  // One holds the piece in hand while the next is read into the other.
  let [idle, busy] = room.packer?.rooms ?? [new Uint8Array(READ_BYTES), new Uint8Array(READ_BYTES)];
  let done = 0;
  let ahead: { step: Step; rows: Promise<Rows> } | null = null;
  const finish = async ({ step, rows }: { step: Step; rows: Promise<Rows> }) => {
    for (const { words, row, count } of packed(step, await rows, room, source.where)) {
      await writer.write(step.piece, (step.at + row) * step.columns, words);
      done += count * step.columns;
      onLoaded?.(done);
      await host.turn();
    }
  };
  try {
    for (const step of steps(weights, source.tensors)) {
      const next = { step, rows: read(step, idle) };
      [idle, busy] = [busy, idle];
      next.rows.catch(() => {}); // told when its turn comes, unless something fails before
      if (ahead) await finish(ahead);
      ahead = next;
    }
    if (ahead) await finish(ahead);
  } finally {
    host.end();
  }
}

/** What packs, with room for what is read; null where nothing is to be packed, or nothing can. */
async function packerFor(weights: readonly (readonly [Slot, Weight])[]): Promise<Packer | null> {
  const packed = weights.filter(([, { pieces }]) => pieces.some(({ format }) => isPackable(format)));
  if (packed.length === 0) return null;
  const values = packed.reduce((most, [{ columns }]) => Math.max(most, columns), PACK_VALUES);
  return Packer.open({ values, room: READ_BYTES });
}

function* steps(weights: Iterable<readonly [Slot, Weight]>, tensors: TensorCatalog): Generator<Step> {
  for (const [s, weight] of weights) {
    for (const part of s.parts) {
      const tensor = tensors.get(part.name) as StoredTensor;
      const most = Math.max(1, Math.floor(Math.min(READ_VALUES / s.columns, (READ_BYTES * part.rows) / tensor.bytes)));
      for (const piece of weight.pieces) {
        const last = Math.min(piece.first + piece.rows, part.first + part.rows);
        for (let row = Math.max(piece.first, part.first); row < last; row += most) {
          const [first, end] = [row - part.first, Math.min(last, row + most) - part.first];
          yield { tensor, first, end, columns: s.columns, piece, at: row - piece.first };
        }
      }
    }
  }
}

/** Rows as the file holds them, or as f32 where it gives no others. */
type Rows = { raw: Uint8Array<ArrayBuffer> } | { values: Float32Array<ArrayBuffer> };

async function read({ tensor, first, end }: Step, room: Uint8Array<ArrayBuffer>): Promise<Rows> {
  return tensor.raw ? { raw: await tensor.raw(first, end, room) } : { values: await tensor.rows(first, end) };
}

/** Memory for packing, used again for every piece: the device has copied a piece's words when the next one is packed. */
class Room {
  private readonly ofFormat = new Map<WeightFormat, StoredWords>();
  private floats = new Float32Array(0);

  constructor(readonly packer: Packer | null) {}

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
function* packed(
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

/** Writes words into pieces, few of them in flight. */
class Writer {
  private written = 0;
  private before: Promise<unknown> = Promise.resolve();
  /** What the first write to each large buffer waits for. */
  private readonly first = new Map<GPUBuffer, () => Promise<unknown>>();

  /**
   * WebGPU zeroes a buffer before its first use. Where the device's memory is the host's, the first write does that here
   * and now, for the largest in a tenth of a second; asked for, it is done by the driver's own thread, ahead. That takes
   * several times as long altogether, so that others are left to their first write, just after a turn of the event loop.
   */
  constructor(
    private readonly gpu: Gpu,
    host: Turns,
    pieces: readonly WeightPiece[],
  ) {
    const buffers = pieces.flatMap(({ data, scales }) => (scales ? [data.buffer, scales.buffer] : [data.buffer]));
    for (const buffer of new Set(buffers)) {
      if (buffer.size <= ZEROED_QUICKLY) continue;
      this.first.set(buffer, () => host.now());
      if (buffer.size <= ZEROED_AT_ONCE) continue;
      const encoder = gpu.device.createCommandEncoder();
      encoder.clearBuffer(buffer);
      gpu.device.queue.submit([encoder.finish()]);
      const zeroed = gpu.device.queue.onSubmittedWorkDone();
      this.first.set(buffer, () => zeroed);
    }
  }

  /** Writes at element `start` of a piece. */
  async write(piece: WeightPiece, start: number, { data, scales }: StoredWords): Promise<void> {
    const at = storedBytes(piece.format, start);
    await this.put(piece.data, at.data, data);
    if (scales && piece.scales) await this.put(piece.scales, at.scales, scales);
    if (this.written < IN_FLIGHT) return;
    this.written = 0;
    const { before } = this;
    this.before = this.submitted();
    await before;
  }

  private async put(t: Tensor, at: number, words: Uint32Array<ArrayBuffer>): Promise<void> {
    const first = this.first.get(t.buffer);
    if (first) {
      this.first.delete(t.buffer);
      await first();
    }
    this.gpu.device.queue.writeBuffer(t.buffer, t.offset + at, words);
    this.written += words.byteLength;
  }

  /** Sends what was written on its way, and resolves when the device has it. */
  private submitted(): Promise<unknown> {
    const { queue } = this.gpu.device;
    queue.submit([]);
    return queue.onSubmittedWorkDone();
  }
}

/** Lets the host's other work run now and then: reading from memory never leaves the event loop by itself. */
class Turns {
  private last = performance.now();
  // A timer would wait 4 ms a turn in a page. Two by turns: Node hands over what a port is sent meanwhile without turning.
  private readonly channels = [new MessageChannel(), new MessageChannel()];

  /** A turn where the last was some time ago. */
  async turn(): Promise<void> {
    if (performance.now() - this.last >= TURN_MS) await this.now();
  }

  async now(): Promise<void> {
    this.channels.reverse();
    const [{ port1, port2 }] = this.channels;
    await new Promise((resolve) => {
      port1.onmessage = resolve;
      port2.postMessage(null);
    });
    this.last = performance.now();
  }

  end(): void {
    for (const { port1 } of this.channels) port1.close();
  }
}
