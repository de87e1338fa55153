/**
 * Brings a checkpoint's tensors to the device. A few rows at a time are read, checked, packed and written while the next
 * ones are being read, so that host memory stays small; the event loop gets its turn after every few milliseconds.
 */
import { BadInput } from '../data/errors';
import type { Gpu } from '../gpu/device';
import type { Tensor } from '../gpu/tensor';
import { type Storage, storedBytes, type Weight, type WeightPiece } from '../kernels/storage';
import { FLOAT_BYTES, isFloatFormat, toFloat32 } from './float-formats';
import { expectFinite, type Slot } from './layout';
import { type StoredWords, store } from './quantise';
import type { StoredTensor, TensorCatalog } from './stored-tensor';

/** Values read at a time: large enough for a disk, small beside the weights. */
const READ_VALUES = 512 * 1024;
/** Values packed at a time: some milliseconds for the slowest storage. */
const PACK_VALUES = 64 * 1024;
/** The event loop waits at most about this long, in milliseconds. */
const TURN_MS = 8;
/** Bytes written before the device must have taken those before them. */
const IN_FLIGHT = 32 * 1024 * 1024;

/** Bytes of a buffer that are zeroed in some ten milliseconds. */
const ZEROED_AT_ONCE = 16 * 1024 * 1024;

/** Formats of files that are a storage's own words. */
const SAME: Readonly<Record<string, Storage>> = { F32: 'f32', BF16: 'bf16', F16: 'f16' };

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
  const writer = new Writer(
    gpu,
    weights.flatMap(([, { pieces }]) => pieces),
  );
  const host = new Turns();
  let done = 0;
  let ahead: { step: Step; rows: Promise<Rows> } | null = null;
  const finish = async ({ step, rows }: { step: Step; rows: Promise<Rows> }) => {
    for (const { words, row, count } of packed(step, await rows, source.where)) {
      await writer.write(step.piece, (step.at + row) * step.columns, words);
      done += count * step.columns;
      onLoaded?.(done);
      await host.turn();
    }
  };
  try {
    for (const step of steps(weights, source.tensors)) {
      const next = { step, rows: read(step) };
      next.rows.catch(() => {}); // told when its turn comes, unless something fails before
      if (ahead) await finish(ahead);
      ahead = next;
    }
    if (ahead) await finish(ahead);
  } finally {
    host.end();
  }
}

function* steps(weights: Iterable<readonly [Slot, Weight]>, tensors: TensorCatalog): Generator<Step> {
  for (const [s, weight] of weights) {
    const most = Math.max(1, Math.floor(READ_VALUES / s.columns));
    for (const part of s.parts) {
      const tensor = tensors.get(part.name) as StoredTensor;
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

/** Rows as the file holds them, where that is the storage's own format, else as f32. */
type Rows = { raw: Uint8Array<ArrayBuffer> } | { values: Float32Array<ArrayBuffer> };

async function read({ tensor, first, end, piece }: Step): Promise<Rows> {
  if (tensor.raw && SAME[tensor.dtype] === piece.storage) return { raw: await tensor.raw(first, end) };
  return { values: await tensor.rows(first, end) };
}

/** The rows as the device stores them, in pieces that take little time. */
function* packed(
  { tensor, first, end, columns, piece }: Step,
  rows: Rows,
  where: string,
): Generator<{ words: StoredWords; row: number; count: number }> {
  const total = end - first;
  const most = Math.max(1, Math.floor(('raw' in rows ? READ_VALUES : PACK_VALUES) / columns));
  for (let row = 0; row < total; row += most) {
    const count = Math.min(most, total - row);
    const [from, to] = [row * columns, (row + count) * columns];
    const index = first * columns + from;
    if ('raw' in rows) {
      expectFiniteBytes(tensor, rows.raw, where, index);
      yield { words: { data: asWords(rows.raw), scales: null }, row, count };
    } else {
      const values = rows.values.subarray(from, to);
      expectFinite(tensor.name, values, where, index);
      if (piece.storage === 'f16') expectHalves(tensor.name, values, where, index);
      yield { words: store(values, piece.storage), row, count };
    }
  }
}

/** Bytes that are a multiple of 4, as words. */
const asWords = (raw: Uint8Array<ArrayBuffer>): Uint32Array<ArrayBuffer> => {
  const { buffer, byteOffset } = raw.byteOffset % 4 === 0 ? raw : raw.slice();
  return new Uint32Array(buffer, byteOffset, raw.length / 4);
};

/** expectFinite without widening: a number whose exponent is all ones is none. */
function expectFiniteBytes(tensor: StoredTensor, raw: Uint8Array<ArrayBuffer>, where: string, first: number): void {
  const { name, dtype } = tensor;
  if (!isFloatFormat(dtype)) throw new Error(`${name}: the bytes of ${dtype} are no storage's words`);
  const words = asWords(raw);
  const low = { F32: 0, F16: 0x7c00, BF16: 0x7f80 }[dtype];
  const high = { F32: 0x7f800000, F16: 0x7c000000, BF16: 0x7f800000 }[dtype];
  for (let i = 0; i < words.length; i++) {
    const w = words[i];
    if ((w & high) !== high && (low === 0 || (w & low) !== low)) continue;
    const skipped = (i * 4) / FLOAT_BYTES[dtype];
    expectFinite(name, toFloat32(raw.slice(i * 4, i * 4 + 4), dtype), where, first + skipped);
  }
}

/** The least number that rounds to infinity as a half. */
const HALF_OVERFLOW = 65_520;

/** Throws BadInput for a value that no IEEE half can hold. */
function expectHalves(name: string, values: Float32Array, where: string, first: number): void {
  const at = values.findIndex((x) => Math.abs(x) >= HALF_OVERFLOW);
  if (at < 0) return;
  throw new BadInput(
    `Tensor ${name} holds ${values[at]} at element ${first + at}, which is beyond the range of f16`,
    where,
    'Store the weights as bf16 or f32 (--storage bf16).',
  );
}

/** Writes words into pieces, few of them in flight. */
class Writer {
  private written = 0;
  private before: Promise<unknown> = Promise.resolve();
  /** When each large buffer is ready to be written. */
  private readonly zeroed = new Map<GPUBuffer, Promise<unknown>>();

  /**
   * WebGPU zeroes a buffer before its first use. Where the device's memory is the host's, the first write does that here
   * and now, for a large buffer in a tenth of a second; asked for, it is done by the driver's own thread, ahead. That takes
   * longer altogether, so that small buffers are left to their first write.
   */
  constructor(
    private readonly gpu: Gpu,
    pieces: readonly WeightPiece[],
  ) {
    const buffers = pieces.flatMap(({ data, scales }) => (scales ? [data.buffer, scales.buffer] : [data.buffer]));
    for (const buffer of new Set(buffers)) {
      if (buffer.size <= ZEROED_AT_ONCE) continue;
      const encoder = gpu.device.createCommandEncoder();
      encoder.clearBuffer(buffer);
      gpu.device.queue.submit([encoder.finish()]);
      this.zeroed.set(buffer, gpu.device.queue.onSubmittedWorkDone());
    }
  }

  /** Writes at element `start` of a piece. */
  async write(piece: WeightPiece, start: number, { data, scales }: StoredWords): Promise<void> {
    const at = storedBytes(piece.storage, start);
    await this.put(piece.data, at.data, data);
    if (scales && piece.scales) await this.put(piece.scales, at.scales, scales);
    if (this.written < IN_FLIGHT) return;
    this.written = 0;
    const { before } = this;
    this.before = this.submitted();
    await before;
  }

  private async put(t: Tensor, at: number, words: Uint32Array<ArrayBuffer>): Promise<void> {
    await this.zeroed.get(t.buffer);
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
  private readonly channel = new MessageChannel(); // a timer would wait 4 ms a turn in a page

  async turn(): Promise<void> {
    if (performance.now() - this.last < TURN_MS) return;
    await new Promise((resolve) => {
      this.channel.port1.onmessage = resolve;
      this.channel.port2.postMessage(null);
    });
    this.last = performance.now();
  }

  end(): void {
    this.channel.port1.close();
  }
}
