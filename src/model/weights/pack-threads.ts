/**
 * Threads that pack to q8 and q4 beside the one that loads. A file's rows are read into memory that is given to a thread and
 * comes back with the words that they became; none is made per read. Who loads packs what no thread has room for.
 */
import type { WorkerLike, WorkerListener } from '../../data/kept-worker';
import { storedBytes } from '../../kernels/weight-format/weight-format';
import type { Step } from './pack-rows';
import { isPackable } from './packer';
import type { StoredWords } from './quantise';

/** What values of a file are to become. */
export interface PackOrder {
  readonly dtype: 'F32' | 'BF16';
  readonly format: 'q8' | 'q4';
  readonly count: number;
}

/** `room` begins with the values; the words go to `words`, scales last. */
export interface PackQuestion extends PackOrder {
  readonly room: ArrayBuffer;
  readonly words: ArrayBuffer;
}

/** A thread answers in the order in which it is asked. `packed`: whether WebAssembly took all of the values. */
export type PackReply =
  | { readonly type: 'ready' }
  | { readonly type: 'verdict'; readonly room: ArrayBuffer; readonly words: ArrayBuffer; readonly packed: boolean };

/** How this host starts threads. */
export interface PackHost {
  readonly processors: number;
  readonly start: (listener: WorkerListener<PackReply>) => WorkerLike<PackQuestion>;
  /** Values that are worth a start, which takes 20 ms of a processor in Node. */
  readonly values?: number;
}

let host: PackHost | null = null;

/** Called once by a program that can start threads; where none does, who loads packs alone. */
export const packOnThreads = (of: PackHost | null): void => {
  host = of;
};

const WORTH = 64 * 1024 * 1024;
/** Threads beside who loads; more would wait for it to write what they packed. */
const MOST = 3;
/** What a thread has at a time: what it packs, and what comes next. */
const TRAYS = 2;

interface Sizes {
  /** Bytes of a file, and values, that are read at a time at most. */
  readonly bytes: number;
  readonly values: number;
}

export class PackThreads {
  private constructor(
    private readonly threads: readonly Thread[],
    private readonly sizes: Sizes,
  ) {}

  /** Null where the host starts none, has no processor for them, or there is too little to do. */
  static open(steps: Iterable<Step>, sizes: Sizes): PackThreads | null {
    if (!host) return null;
    const { processors, start, values = WORTH } = host;
    const count = Math.min(MOST, processors - 1);
    let left = values;
    for (const step of count > 0 ? steps : []) {
      left -= orderOf(step, sizes)?.count ?? 0;
      if (left <= 0)
        return new PackThreads(
          Array.from({ length: count }, () => new Thread(start, sizes)),
          sizes,
        );
    }
    return null;
  }

  /** Memory of the thread that has least to do, to read the step's rows into; null where they are none for a thread, or all have enough. */
  trayFor(step: Step): Tray | null {
    const order = orderOf(step, this.sizes);
    const tray = order && this.threads.reduce((most, t) => (t.spare.length > most.spare.length ? t : most)).spare.pop();
    return tray ? tray.for(order) : null;
  }

  end(): void {
    for (const thread of this.threads) thread.end();
  }
}

function orderOf({ tensor, piece: { format }, first, end, columns }: Step, { bytes }: Sizes): PackOrder | null {
  const { dtype, raw, shape } = tensor;
  if (!raw || !isPackable(format) || (dtype !== 'F32' && dtype !== 'BF16')) return null;
  return (tensor.bytes / shape[0]) * (end - first) <= bytes ? { dtype, format, count: (end - first) * columns } : null;
}

class Thread {
  /** None before the thread is ready, nor after it died. */
  spare: Tray[] = [];
  private readonly asked: ((reply: PackReply | null) => void)[] = [];
  private worker: WorkerLike<PackQuestion> | null = null;

  constructor(start: PackHost['start'], sizes: Sizes) {
    const ready = () => {
      this.spare = Array.from({ length: TRAYS }, () => new Tray(this, sizes));
    };
    try {
      this.worker = start({
        reply: (reply) => (reply.type === 'ready' ? ready() : this.answer(reply)),
        failed: () => this.end(),
      });
      this.worker.hold(false);
    } catch {} // there are none here
  }

  /** Null where the thread died. */
  ask(question: PackQuestion): Promise<PackReply | null> {
    const { worker } = this;
    if (!worker) return Promise.resolve(null);
    worker.hold(true);
    worker.post(question, [question.room, question.words]);
    return new Promise((answer) => this.asked.push(answer));
  }

  give(tray: Tray): void {
    if (this.worker) this.spare.push(tray);
  }

  end(): void {
    this.worker?.terminate();
    this.worker = null;
    this.spare = [];
    while (this.asked.length > 0) this.answer(null);
  }

  private answer(reply: PackReply | null): void {
    this.asked.shift()?.(reply);
    if (this.asked.length === 0) this.worker?.hold(false);
  }
}

/** Memory for a file's rows and their words, which is in one thread's hands at a time. */
export class Tray {
  room: Uint8Array<ArrayBuffer>;
  /** Whether the thread is done with it. */
  done = false;
  private words: ArrayBuffer;
  private order: PackOrder | null = null;

  constructor(
    private readonly thread: Thread,
    { bytes, values }: Sizes,
  ) {
    this.room = new Uint8Array(bytes);
    const { data, scales } = storedBytes('q8', values); // more than q4 takes
    this.words = new ArrayBuffer(data + scales);
  }

  for(order: PackOrder): Tray {
    this.order = order;
    this.done = false;
    return this;
  }

  /** The rows' words, valid until `free`; null where they must be packed otherwise. */
  async pack(raw: Uint8Array): Promise<StoredWords | null> {
    const order = this.order as PackOrder;
    if (raw.buffer !== this.room.buffer || raw.byteOffset > 0) this.room.set(raw);
    const reply = await this.thread.ask({ ...order, room: this.room.buffer, words: this.words });
    this.done = true;
    if (reply?.type !== 'verdict') return null;
    this.room = new Uint8Array(reply.room);
    this.words = reply.words;
    if (!reply.packed) return null;
    const { data, scales } = storedBytes(order.format, order.count);
    return { data: new Uint32Array(this.words, 0, data / 4), scales: new Uint32Array(this.words, data, scales / 4) };
  }

  free(): void {
    this.thread.give(this);
  }
}
