/**
 * Brings a checkpoint's tensors to the device. A few rows at a time are read, checked, packed and written while the next
 * ones are being read, so that host memory stays small; the event loop gets its turn after every few milliseconds. Threads
 * that pack take what they have room for.
 */
import type { Gpu } from '../../gpu/device';
import type { Tensor } from '../../gpu/tensor';
import { storedBytes, type Weight, type WeightPiece } from '../../kernels/weight-format/weight-format';
import type { Slot } from '../net/layout';
import { packed, Room, type Rows, type Step } from './pack-rows';
import { PackThreads, type Tray } from './pack-threads';
import type { StoredWords } from './quantise';
import type { StoredTensor, TensorCatalog } from './stored-tensor';

/** Bytes of a file read at a time: large enough for a disk, small beside the weights. */
const READ_BYTES = 2 * 1024 * 1024;
/** Values taken at a time, where no file holds them or it packs many into a byte. */
const READ_VALUES = 1024 * 1024;
/** The event loop waits at most about this long, in milliseconds. */
const TURN_MS = 8;
/** Bytes written before the device must have taken those before them. */
const IN_FLIGHT = 32 * 1024 * 1024;

/** Bytes of a buffer that are zeroed in some twenty-five milliseconds, and in few. */
const ZEROED_AT_ONCE = 64 * 1024 * 1024;
const ZEROED_QUICKLY = 4 * 1024 * 1024;

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
  const room = await Room.open(weights, READ_BYTES);
  const threads = room.packer
    ? PackThreads.open(steps(weights, source.tensors), { bytes: READ_BYTES, values: READ_VALUES })
    : null;
  // One holds the rows in hand while the next are read into the other.
  let [idle, busy] = room.packer?.rooms ?? [new Uint8Array(READ_BYTES), new Uint8Array(READ_BYTES)];
  let done = 0;
  const write = async (step: Step, row: number, count: number, words: StoredWords) => {
    await writer.write(step.piece, (step.at + row) * step.columns, words);
    done += count * step.columns;
    onLoaded?.(done);
    await host.turn();
  };
  const packHere = async (step: Step, rows: Rows) => {
    for (const { words, row, count } of packed(step, rows, room, source.where)) await write(step, row, count, words);
  };
  /** What threads pack, in the file's order. */
  const there: { step: Step; tray: Tray; words: Promise<StoredWords | null> }[] = [];
  const takeBack = async () => {
    const { step, tray, words } = there.shift() as (typeof there)[number];
    const made = await words;
    if (made) await write(step, 0, step.end - step.first, made);
    else await packHere(step, await read(step));
    tray.free();
  };
  const takeAllBack = async () => {
    while (there.length > 0) await takeBack();
  };
  const finish = async ({ step, tray, rows }: Reading) => {
    try {
      const given = await rows;
      if (tray && 'raw' in given) there.push({ step, tray, words: tray.pack(given.raw) });
      else await packHere(step, given);
    } catch (error) {
      await takeAllBack(); // what is wrong before it in the file is told first
      throw error;
    }
    while (there[0]?.tray.done) await takeBack();
  };
  let ahead: Reading | null = null;
  try {
    for (const step of steps(weights, source.tensors)) {
      const tray = threads?.trayFor(step) ?? null;
      const next = { step, tray, rows: read(step, tray?.room ?? idle) };
      if (!tray) [idle, busy] = [busy, idle];
      next.rows.catch(() => {}); // told when its turn comes, unless something fails before
      if (ahead) await finish(ahead);
      ahead = next;
    }
    if (ahead) await finish(ahead);
    await takeAllBack();
  } finally {
    threads?.end();
    host.end();
  }
}

/** Rows that are being read: to a thread's memory, where one packs them. */
interface Reading {
  readonly step: Step;
  readonly tray: Tray | null;
  readonly rows: Promise<Rows>;
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

async function read({ tensor, first, end }: Step, room?: Uint8Array<ArrayBuffer>): Promise<Rows> {
  return tensor.raw ? { raw: await tensor.raw(first, end, room) } : { values: await tensor.rows(first, end) };
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
