/**
 * A run's voice and its memory: every event is stamped, told to the host at once, and appended to the log one after the
 * other; checkpoints lie beside it. The run waits for its writes once a step; what a full disk then means is the host's
 * choice.
 */
import type { Layout } from '../model/net/layout';
import type { Policy, TrainingState } from '../model/net/policy';
import { checkpointFolder } from './checkpoint';
import { eventLine } from './event-lines';
import { EVENT_VERSION, type RunEvent } from './events';
import type { RunStore } from './run-store';

/** An event before it is stamped with the version. */
export type Unstamped = RunEvent extends infer E ? (E extends RunEvent ? Omit<E, 'v'> : never) : never;

/** What is stored of an event that is told: it, this one in its place, nothing, or it with the next checkpoint. */
type Stored = Unstamped | null | 'with the checkpoint';
export type Tell = (event: Unstamped, stored?: Stored) => void;

export interface RunLogOptions {
  /** Where the run is stored; null for a run that is not. */
  store: RunStore | null;
  /** What a full disk means: the run stops (command line), or goes on unsaved after a fault event (page). Default: stop. */
  onStorageError?: 'stop' | 'go on';
  emit: (event: RunEvent) => void;
}

export interface CheckpointOf {
  readonly step: number;
  readonly policy: Policy;
  readonly tokenizer: ReadonlyMap<string, string>;
  /** The run's own part of it. */
  extra(): Promise<object>;
  /** It goes when the next one is whole. */
  readonly passing: boolean;
}

export class RunLog {
  private writing: Promise<void> = Promise.resolve();
  /** The step of a checkpoint that the next one replaces. */
  private passing: number | null = null;
  /** The last event that was told to be stored with the next checkpoint. */
  private waiting: Unstamped | null = null;
  /** Null from the first failed write on, where the run goes on unsaved. */
  private store: RunStore | null;

  constructor(private readonly o: RunLogOptions) {
    this.store = o.store;
  }

  /** Sends an event and stores it. */
  readonly tell: Tell = (event, stored = event) => {
    if (this.waiting?.type === event.type) this.waiting = null;
    if (stored === 'with the checkpoint') this.waiting = event;
    else if (stored) this.append(stored); // before the host may give the event's columns away
    this.o.emit(stamp(event));
  };

  private append(event: Unstamped): void {
    const { store } = this;
    if (!store) return;
    const line = eventLine(stamp(event));
    this.enqueue(() => store.log.append(line));
  }

  /** Writes happen one after the other; a failure is kept until `stored` asks. */
  private enqueue(write: () => Promise<void>): void {
    this.writing = this.writing.then(write);
    this.writing.catch(() => {});
  }

  /** Waits until everything told so far is stored. A full disk ends the run or, where the host says so, the storing. */
  async stored(step: number): Promise<void> {
    try {
      await this.writing;
    } catch (error) {
      if (this.o.onStorageError !== 'go on') throw error;
      this.store = null;
      this.writing = Promise.resolve();
      const message = `The run can no longer be stored (${error instanceof Error ? error.message : String(error)}); it goes on unsaved. Free some space and download the model before you close the page.`;
      this.tell({ type: 'fault', step, fault: { kind: 'storage', message, lastGoodStep: step, resumable: false } });
    }
  }

  /** Stores a checkpoint, where the run is stored, after everything it stands for, and tells it. */
  async checkpoint({ step, policy, tokenizer, extra, passing }: CheckpointOf): Promise<void> {
    if (this.waiting) this.append(this.waiting);
    this.waiting = null;
    await this.stored(step);
    const { store } = this;
    if (!store) return;
    const event: Unstamped = { type: 'checkpoint', step, path: checkpointFolder(step) };
    // Its line first, so that the bytes counted include it: a resumed log and an unbroken one are then the same.
    this.append(event);
    this.enqueue(async () => {
      await store.checkpoints.save(step, policy, tokenizer, await extra());
      if (this.passing !== null && this.passing !== step) await store.checkpoints.remove(this.passing);
      this.passing = passing ? step : null;
    });
    await this.stored(step);
    if (this.store) this.o.emit(stamp(event));
  }

  /** Tells 'done'; of a finished run, what was trained is stored under final/ first. */
  async end(
    step: number,
    reason: 'finished' | 'stopped',
    seconds: number,
    trained: () => Promise<ReadonlyMap<string, Uint8Array<ArrayBuffer>>>,
  ): Promise<void> {
    if (reason === 'finished') await this.store?.writeFinal(await trained());
    this.tell({ type: 'done', step, reason, seconds });
    await this.stored(step);
  }

  /** Its length; null where the run is not stored. */
  async bytes(): Promise<number | null> {
    return (await this.store?.log.bytes()) ?? null;
  }

  /** The checkpoint of `step`. Throws DamagedCheckpoint. */
  load<T extends object>(step: number, layout: Layout): Promise<{ state: TrainingState; extra: T }> {
    if (!this.store) throw new Error('A run that is not stored has no checkpoint to go on from.');
    return this.store.checkpoints.load<T>(step, layout);
  }

  /** Goes back to `step`, where the log had `bytes` bytes: what was told and stored after it is dropped. */
  async cut(step: number, bytes: number | null): Promise<void> {
    await this.store?.cut(step, bytes);
  }
}

const stamp = (event: Unstamped) => ({ v: EVENT_VERSION, ...event }) as RunEvent;
