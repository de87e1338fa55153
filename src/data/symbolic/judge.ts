/**
 * A second opinion on answers by symbolic mathematics, in a worker that is killed when it takes too long: an answer like
 * 9^{9^{9^9}} may keep the library busy for ever. One question at a time; the worker starts with the first one that needs
 * it and is replaced after a timeout. An answer that was not judged in time is not right.
 */
import { needsSymbols, type SymbolicJudge } from '../maths';
import type { SymbolicQuestion, SymbolicReply } from './protocol';

/** A worker of either host. */
export interface WorkerLike {
  post(question: SymbolicQuestion): void;
  /** Whether somebody waits for it: an idle worker must not keep a process alive. */
  hold(busy: boolean): void;
  terminate(): void;
}

export interface WorkerListener {
  reply(reply: SymbolicReply): void;
  /** The worker could not start, or died. */
  failed(error: unknown): void;
}

export interface JudgeOptions {
  /** Milliseconds for one answer, from when a loaded worker gets it. */
  readonly limit?: number;
  /** Milliseconds for loading the library. */
  readonly startLimit?: number;
  /** Told once when no worker can be started; answers then count as judged by the exact rules alone. */
  readonly warn: (message: string) => void;
}

/** Verdicts that are remembered: the rollouts of a group often give the same answer. */
const REMEMBERED = 4096;
/** Starts without success before the judge gives up. */
const MAX_STARTS = 3;
/** Answers in a row that took too long: then who waits is not judged, so that a batch of such answers holds up no step. */
const MAX_LATE = 5;

interface Waiting {
  readonly given: string;
  readonly wanted: string;
  /** Null where nobody judged. */
  readonly settle: (equal: boolean | null) => void;
}

/** A judge with workers made by `start`. Nothing is started before the first answer that needs it. */
export function workerJudge(start: (listener: WorkerListener) => WorkerLike, options: JudgeOptions): SymbolicJudge {
  const judge = new WorkerJudge(start, options);
  const verdicts = new Map<string, Promise<boolean>>();
  return (given, wanted) => {
    if (!needsSymbols(given, wanted)) return Promise.resolve(false);
    const key = JSON.stringify([given, wanted]);
    const known = verdicts.get(key);
    if (known) return known;
    if (verdicts.size >= REMEMBERED) verdicts.delete(verdicts.keys().next().value as string);
    const verdict = judge.ask(given, wanted).then((equal) => {
      if (equal === null) verdicts.delete(key);
      return equal ?? false;
    });
    verdicts.set(key, verdict);
    return verdict;
  };
}

class WorkerJudge {
  private readonly queue: Waiting[] = [];
  private worker: WorkerLike | null = null;
  private ready = false;
  private starts = 0;
  private current: (Waiting & { id: number }) | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private lastId = 0;
  private lateInARow = 0;

  constructor(
    private readonly start: (listener: WorkerListener) => WorkerLike,
    private readonly options: JudgeOptions,
  ) {}

  ask(given: string, wanted: string): Promise<boolean | null> {
    return new Promise((settle) => {
      this.queue.push({ given, wanted, settle });
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
    const waiting = this.queue.shift() as Waiting;
    const id = ++this.lastId;
    this.current = { ...waiting, id };
    this.worker.hold(true);
    this.expect(this.options.limit ?? 2000, () => {
      if (++this.lateInARow >= MAX_LATE) this.giveUp();
      this.settle(false);
    });
    this.worker.post({ id, given: waiting.given, wanted: waiting.wanted });
  }

  private open(): void {
    if (this.starts >= MAX_STARTS) {
      this.giveUp();
      return;
    }
    this.starts++;
    this.ready = false;
    // A worker that was replaced may still have a last word: it is not listened to.
    let mine: WorkerLike | null = null;
    const isCurrent = () => this.worker === mine;
    const listener: WorkerListener = {
      reply: (reply) => isCurrent() && this.hear(reply),
      failed: (error) => isCurrent() && this.fail(error),
    };
    try {
      mine = this.start(listener);
      this.worker = mine;
      mine.hold(true);
      this.expect(this.options.startLimit ?? 30_000, () => this.fail(new Error('it did not load in time')));
    } catch (error) {
      this.fail(error);
    }
  }

  private hear(reply: SymbolicReply): void {
    if (reply.type === 'ready') {
      clearTimeout(this.timer);
      this.ready = true;
      this.starts = 0;
      this.next();
    } else if (this.current?.id === reply.id) {
      this.lateInARow = 0;
      clearTimeout(this.timer);
      this.settle(reply.equal);
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

  /** Whoever waits is answered without a verdict. */
  private giveUp(): void {
    this.lateInARow = 0;
    for (const { settle } of this.queue.splice(0)) settle(null);
  }

  private settle(equal: boolean): void {
    const { current } = this;
    this.current = null;
    current?.settle(equal);
    this.next();
  }

  private fail(error: unknown): void {
    clearTimeout(this.timer);
    this.drop();
    if (this.starts >= MAX_STARTS) {
      const reason = error instanceof Error ? error.message : String(error);
      this.options.warn(`Answers are judged without symbolic mathematics: its worker does not start (${reason}).`);
    }
    // Where a question was being judged, the worker died of it.
    this.settle(false);
  }

  private drop(): void {
    this.worker?.terminate();
    this.worker = null;
    this.ready = false;
  }
}
