/**
 * A run's voice and its memory: every event is stamped, told to the host at once, and appended to the log one after the
 * other; checkpoints lie beside it. The run waits for its writes once a step. Where the storage refuses, a fault says so and the
 * run goes on in memory; every step tries again, and where that works a checkpoint is stored out of turn.
 */
import type * as v from 'valibot';
import { StorageError } from '../host/storage-error';
import type { Layout } from '../model/net/layout';
import type { Policy } from '../model/net/policy';
import { checkpointFolder, type LoadedCheckpoint } from './checkpoint';
import type { RunFacts } from './checkpoint-record';
import { eventLine } from './event-lines';
import { EVENT_VERSION, type RunEvent } from './events';
import { type Line, LogWriter } from './log-writer';
import type { RunStore } from './run-store';

/** An event before it is stamped with the version. */
export type Unstamped = RunEvent extends infer E ? (E extends RunEvent ? Omit<E, 'v'> : never) : never;

/** What is stored of an event that is told: it, this one in its place, nothing, or it with the next checkpoint. */
type Stored = Unstamped | null | 'with the checkpoint';
export type Tell = (event: Unstamped, stored?: Stored) => void;

export interface RunLogOptions {
  /** Where the run is stored; null for a run that is not. */
  store: RunStore | null;
  emit: (event: RunEvent) => void;
}

export interface CheckpointOf {
  readonly step: number;
  readonly policy: Policy;
  readonly tokenizer: ReadonlyMap<string, string>;
  /** As CheckpointRecord has it. */
  readonly score: number | null;
  extra(): Promise<RunFacts>;
  /** It goes when the next one is whole. */
  readonly passing: boolean;
  /** Schedule.keepCheckpoints. */
  readonly keep: number;
}

/** Events whose lines have columns of many tokens. */
const HEAVY = ['signals', 'probe', 'sft-tokens', 'tokens-table'];
/** Steps between two tries of a checkpoint that was refused, at most: of a large model each takes a while. */
const PATIENCE = 16;

export class RunLog {
  /** Null for a run that is not stored. */
  private readonly writer: LogWriter | null;
  /** The step of a checkpoint that the next one replaces. */
  private passing: number | null = null;
  /** The last event that was told to be stored with the next checkpoint. */
  private waiting: Unstamped | null = null;
  /** Since the storage refused something: what it said, and the step after which a checkpoint is tried again. */
  private owed: { why: StorageError; from: number; patience: number } | null = null;

  constructor(private readonly o: RunLogOptions) {
    this.writer = o.store && new LogWriter(o.store);
  }

  /** What the storage said, where something that was told is not stored; null where all is. */
  get failure(): StorageError | null {
    return this.owed?.why ?? null;
  }

  /** Whether a checkpoint is to be stored after `step` because the storage takes something again, or may. */
  owes(step: number): boolean {
    return this.owed !== null && this.writer?.failure === null && step >= this.owed.from;
  }

  /** Sends an event and stores it. */
  readonly tell: Tell = (event, stored = event) => {
    if (this.waiting?.type === event.type) this.waiting = null;
    if (stored === 'with the checkpoint') this.waiting = event;
    else if (stored) this.writer?.add(lineOf(stored)); // before the host may give the event's columns away
    this.o.emit(stamp(event));
  };

  /** Waits until everything told so far is stored, or refused. */
  async stored(step: number): Promise<void> {
    await this.writer?.settle();
    if (this.writer?.failure) this.refused(step, this.writer.failure, this.owed ?? { from: 0, patience: 1 });
  }

  private refused(step: number, why: StorageError, again: { from: number; patience: number }): void {
    const known = this.owed !== null;
    this.owed = { why, ...again };
    if (known) return;
    const message = `${why.message} The run goes on in memory and is stored as soon as that works; do not close it before.`;
    this.tell({ type: 'fault', step, fault: { kind: 'storage', message, lastGoodStep: step, resumable: false } });
  }

  /** Stores a checkpoint, where the run is stored, after everything it stands for, and tells it. */
  async checkpoint(of: CheckpointOf): Promise<void> {
    const { step } = of;
    const { writer } = this;
    if (this.waiting) writer?.add(lineOf(this.waiting));
    this.waiting = null;
    await this.stored(step);
    if (!writer || writer.failure) return;
    const event: Unstamped = { type: 'checkpoint', step, path: checkpointFolder(step) };
    // Its line first, so that the bytes counted include it: a resumed log and an unbroken one are then the same.
    const line = lineOf(event);
    const before = await writer.store.log.bytes();
    writer.add(line);
    const failure = await writer.attempt(() => this.save(writer.store, of));
    if (failure) {
      writer.takeBack(line, before);
      await this.dropPart(writer.store, step);
      const patience = Math.min(PATIENCE, 2 * (this.owed?.patience ?? 0.5));
      return this.refused(step, failure, { from: step + patience, patience });
    }
    this.owed = null;
    this.o.emit(stamp(event));
  }

  private async save(store: RunStore, { step, policy, tokenizer, score, extra, ...of }: CheckpointOf): Promise<void> {
    await store.log.sync();
    await store.checkpoints.save(policy, tokenizer, { step, config: store.bound, score, extra: await extra() });
    await this.tidy(store, step, of).catch((error) => {
      if (!(error instanceof StorageError)) throw error; // they only take room; the next one tries again
    });
  }

  /** Now that there is a whole one: without those that are not to stay. */
  private async tidy({ checkpoints }: RunStore, step: number, of: Pick<CheckpointOf, 'passing' | 'keep'>) {
    const { passing } = this;
    this.passing = of.passing ? step : null;
    if (passing !== null && passing !== step) await checkpoints.remove(passing);
    await checkpoints.prune(of.keep);
  }

  /** Part of a checkpoint only takes room. */
  private async dropPart({ checkpoints }: RunStore, step: number): Promise<void> {
    try {
      if ((await checkpoints.last()) !== step) await checkpoints.remove(step);
    } catch (error) {
      if (!(error instanceof StorageError)) throw error;
    }
  }

  /** Tells 'done'; of a finished run, what was trained is stored under final/ first. */
  async end(
    step: number,
    reason: 'finished' | 'stopped',
    seconds: number,
    trained: () => Promise<ReadonlyMap<string, Uint8Array<ArrayBuffer>>>,
  ): Promise<void> {
    const { writer } = this;
    const final = reason === 'finished' && writer ? await trained() : null;
    await this.stored(step);
    const failure = writer && final ? await writer.attempt(() => writer.store.writeFinal(final)) : null;
    if (failure) this.refused(step, failure, { from: 0, patience: 1 });
    const done: Unstamped = { type: 'done', step, reason, seconds };
    this.tell(done, failure ? null : done); // a log that says so has its model beside it
    await this.stored(step);
    if (final && !failure && !writer?.failure) this.owed = null; // nothing goes on from here
  }

  /** Its length; null where the run is not stored. */
  async bytes(): Promise<number | null> {
    return (await this.o.store?.log.bytes()) ?? null;
  }

  /** The checkpoint of `step`, of this run or of another one. Throws DamagedCheckpoint, and BadInput where it does not fit. */
  load<T extends object>(
    step: number,
    layout: Layout,
    own: v.GenericSchema<unknown, T>,
    store = this.o.store,
  ): Promise<LoadedCheckpoint<T>> {
    if (!store) throw new Error('A run that is not stored has no checkpoint to go on from.');
    return store.checkpoints.load(step, layout, own);
  }

  /** Goes back to `step`, where the log had `bytes` bytes: what was told and stored after it is dropped. */
  async cut(step: number, bytes: number | null): Promise<void> {
    await this.o.store?.cut(step, bytes);
  }
}

const lineOf = (event: Unstamped): Line => ({ text: eventLine(stamp(event)), heavy: HEAVY.includes(event.type) });
const stamp = (event: Unstamped) => ({ v: EVENT_VERSION, ...event }) as RunEvent;
