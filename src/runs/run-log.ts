/**
 * A run's voice and its folder: every event is stamped, told to the host at once, and appended to events.jsonl one after
 * the other; checkpoints lie beside it. The run waits for its writes once a step; what a full disk then means is the
 * host's choice.
 */

import type { Files } from '../host/files';
import type { Policy } from '../model/net/policy';
import { checkpointFolder, checkpointSteps, saveCheckpoint } from './checkpoint';
import { EVENT_VERSION, type Fault, type RunEvent } from './events';
import { faultOf } from './fault';

/** The file of a run's folder that has its events, one a line. */
export const LOG = 'events.jsonl';

/** An event before it is stamped with the version. */
export type Unstamped = RunEvent extends infer E ? (E extends RunEvent ? Omit<E, 'v'> : never) : never;

export interface RunLogOptions {
  /** Where the run is stored; null for a run that is not. */
  files: Files | null;
  /** What a full disk means: the run stops (command line), or goes on unsaved after a fault event (page). Default: stop. */
  onStorageError?: 'stop' | 'go on';
  emit: (event: RunEvent) => void;
}

export class RunLog {
  private writing: Promise<void> = Promise.resolve();
  /** The step of a checkpoint that the next one replaces. */
  private passing: number | null = null;
  /** Where the run is stored; null from the first failed write on, where the run goes on unsaved. */
  files: Files | null;

  constructor(private readonly o: RunLogOptions) {
    this.files = o.files;
  }

  /** Sends an event and stores it, or `stored` in its place; null stores nothing. */
  tell(event: Unstamped, stored: Unstamped | null = event): void {
    this.o.emit(stamp(event));
    if (stored) this.store(stored);
  }

  /** Stores an event that is not told, or was told before. */
  store(event: Unstamped): void {
    const { files } = this;
    if (files) this.enqueue(() => files.append(LOG, `${JSON.stringify(stamp(event))}\n`));
  }

  /** Writes happen one after the other; a failure is kept until `stored` asks. */
  enqueue(write: () => Promise<void>): void {
    this.writing = this.writing.then(write);
    this.writing.catch(() => {});
  }

  /** Waits until everything told so far is stored. A full disk ends the run or, where the host says so, the storing. */
  async stored(step: number): Promise<void> {
    try {
      await this.writing;
    } catch (error) {
      if (this.o.onStorageError !== 'go on') throw error;
      this.files = null;
      this.writing = Promise.resolve();
      const message = `The run can no longer be stored (${error instanceof Error ? error.message : String(error)}); it goes on unsaved. Free some space and download the model before you close the page.`;
      this.tell({ type: 'fault', step, fault: { kind: 'storage', message, lastGoodStep: step, resumable: false } });
    }
  }

  /** Tells an error as a fault that leaves the run at `step`. */
  fault(error: unknown, step: number): Fault {
    const fault = faultOf(error, step);
    this.tell({ type: 'fault', step, fault });
    return fault;
  }

  /**
   * Stores a checkpoint, where the run is stored, after everything it stands for, and tells it. `extra` is the run's own
   * part of it; a `passing` one goes when the next is whole.
   */
  async checkpoint(
    step: number,
    policy: Policy,
    tokenizer: ReadonlyMap<string, string>,
    extra: () => Promise<unknown>,
    passing: boolean,
  ) {
    await this.stored(step);
    const { files } = this;
    if (!files) return;
    const event: Unstamped = { type: 'checkpoint', step, path: checkpointFolder(step) };
    // Its line first, so that the bytes counted include it: a resumed log and an unbroken one are then the same.
    this.store(event);
    this.enqueue(async () => {
      await saveCheckpoint(files, step, policy, tokenizer, await extra());
      if (this.passing !== null && this.passing !== step) await files.remove(checkpointFolder(this.passing));
      this.passing = passing ? step : null;
    });
    await this.stored(step);
    if (this.files) this.o.emit(stamp(event));
  }

  /** Tells 'done'; of a finished run, what was trained is stored under final/ first. */
  async end(
    step: number,
    reason: 'finished' | 'stopped',
    seconds: number,
    trained: () => Promise<ReadonlyMap<string, Uint8Array<ArrayBuffer>>>,
  ): Promise<void> {
    const { files } = this;
    if (files && reason === 'finished')
      for (const [name, bytes] of await trained()) await files.write(`final/${name}`, bytes);
    this.tell({ type: 'done', step, reason, seconds });
    await this.stored(step);
  }

  /** Its length; null where the run is not stored. */
  async bytes(): Promise<number | null> {
    return (await this.files?.size(LOG)) ?? null;
  }

  /** Goes back to `step`, where the log had `bytes` bytes: what was told and stored after it is dropped. */
  async cut(step: number, bytes: number | null): Promise<void> {
    const { files } = this;
    if (!files) return;
    for (const later of await checkpointSteps(files)) if (later > step) await files.remove(checkpointFolder(later));
    if (bytes !== null && (await files.size(LOG)) > bytes) await files.truncate(LOG, bytes);
  }
}

const stamp = (event: Unstamped) => ({ v: EVENT_VERSION, ...event }) as RunEvent;
