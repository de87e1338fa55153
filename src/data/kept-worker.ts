/**
 * A worker that is asked one question at a time and may take too long over one, or die of it: it starts with the first
 * question, is killed at its limit, and another one goes on with whoever waits.
 */

/** A worker of either host. */
export interface WorkerLike<Q> {
  post(question: Q, transfer?: ArrayBuffer[]): void;
  /** Whether somebody waits for it: an idle worker must not keep a process alive. */
  hold(busy: boolean): void;
  terminate(): void;
}

export interface WorkerListener<R> {
  reply(reply: R): void;
  /** The worker could not start, or died. */
  failed(error: unknown): void;
}

export interface WorkerLimits {
  /** Milliseconds for one question, from when a loaded worker gets it. */
  readonly limit: number;
  /** Milliseconds for loading. */
  readonly startLimit: number;
  /** Told once when no worker can be started. */
  readonly warn: (reason: string) => void;
}

/** Why nobody answered: it took too long, the worker died of it, or nobody was there to be asked. */
export type Unanswered = 'late' | 'died' | 'nobody';

/** What a worker says: `ready` once, when it is loaded; then a verdict for each question. */
export type WorkerReply = { readonly type: 'ready' } | { readonly type: 'verdict'; readonly id: number };
type VerdictOf<R> = Extract<R, { readonly type: 'verdict' }>;

/** Starts without success before it gives up. */
const MAX_STARTS = 3;
/** Questions in a row that took too long: then who waits is not answered, so that a batch of such questions holds up no step. */
const MAX_LATE = 5;

interface Waiting<Q, R> {
  readonly question: Omit<Q, 'id'>;
  readonly settle: (verdict: VerdictOf<R> | Unanswered) => void;
}

export class KeptWorker<Q extends { readonly id: number }, R extends WorkerReply> {
  private readonly queue: Waiting<Q, R>[] = [];
  private worker: WorkerLike<Q> | null = null;
  private ready = false;
  private starts = 0;
  private current: (Waiting<Q, R> & { id: number }) | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private lastId = 0;
  private lateInARow = 0;

  constructor(
    private readonly start: (listener: WorkerListener<R>) => WorkerLike<Q>,
    private readonly limits: WorkerLimits,
  ) {}

  /** Questions that wait or are being answered. */
  get load(): number {
    return this.queue.length + (this.current ? 1 : 0);
  }

  ask(question: Omit<Q, 'id'>): Promise<VerdictOf<R> | Unanswered> {
    return new Promise((settle) => {
      this.queue.push({ question, settle });
      this.next();
    });
  }

  private next(): void {
    if (this.current) return;
    if (this.queue.length === 0) {
      this.worker?.hold(false);
      return;
    }
    if (!this.worker) {
      this.open();
      return;
    }
    if (!this.ready) return;
    const waiting = this.queue.shift() as Waiting<Q, R>;
    const id = ++this.lastId;
    this.current = { ...waiting, id };
    this.worker.hold(true);
    this.expect(this.limits.limit, () => {
      if (++this.lateInARow >= MAX_LATE) this.giveUp();
      this.settle('late');
    });
    this.worker.post({ ...waiting.question, id } as Q);
  }

  private open(): void {
    if (this.starts >= MAX_STARTS) {
      this.giveUp();
      return;
    }
    this.starts++;
    this.ready = false;
    // A worker that was replaced may still have a last word: it is not listened to.
    let mine: WorkerLike<Q> | null = null;
    const isCurrent = () => this.worker === mine;
    const listener: WorkerListener<R> = {
      reply: (reply) => isCurrent() && this.hear(reply),
      failed: (error) => isCurrent() && this.fail(error),
    };
    try {
      mine = this.start(listener);
      this.worker = mine;
      mine.hold(true);
      this.expect(this.limits.startLimit, () => this.fail(new Error('it did not load in time')));
    } catch (error) {
      this.fail(error);
    }
  }

  private hear(reply: R): void {
    if (reply.type === 'ready') {
      clearTimeout(this.timer);
      this.ready = true;
      this.starts = 0;
      this.next();
    } else if (this.current?.id === (reply as VerdictOf<R>).id) {
      this.lateInARow = 0;
      clearTimeout(this.timer);
      this.settle(reply as VerdictOf<R>);
    }
  }

  /** Ends the wait for a worker: it is killed, and a new one starts for whoever waits next. */
  private expect(limit: number, late: () => void): void {
    clearTimeout(this.timer);
    // A host that was busy itself sees the timer before the reply: it gets one more turn to read it.
    this.timer = setTimeout(() => {
      this.timer = setTimeout(() => {
        this.drop();
        late();
      }, 20);
    }, limit);
  }

  /** Whoever waits is told that nobody answers. */
  private giveUp(): void {
    this.lateInARow = 0;
    for (const { settle } of this.queue.splice(0)) settle('nobody');
  }

  private settle(verdict: VerdictOf<R> | Unanswered): void {
    const { current } = this;
    this.current = null;
    current?.settle(verdict);
    this.next();
  }

  private fail(error: unknown): void {
    clearTimeout(this.timer);
    this.drop();
    if (this.starts >= MAX_STARTS) this.limits.warn(error instanceof Error ? error.message : String(error));
    // Where a question was being judged, the worker died of it.
    this.settle('died');
  }

  private drop(): void {
    this.worker?.terminate();
    this.worker = null;
    this.ready = false;
  }
}
