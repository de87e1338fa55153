/**
 * What a run stores, one write after the other. Where the storage refuses (a full disk, a share that is gone), what was told
 * waits in memory, in order, until it can be stored: a disk that is full for a while costs a run nothing.
 */
import { StorageError } from '../host/storage-error';
import type { RunStore } from './run-store';

/** Characters that wait in memory; beyond them the largest kind of line is given up, the oldest first. */
const WAITING = 256 * 2 ** 20;

export interface Line {
  readonly text: string;
  /** Columns of many tokens, without which the log still says how the run went. */
  readonly heavy: boolean;
}

export class LogWriter {
  /** What the storage said when it last refused; null where all that was told is stored or on its way. */
  failure: StorageError | null = null;
  private writing: Promise<void> = Promise.resolve();
  private readonly waiting: Line[] = [];
  private characters = 0;
  /** Bytes of the log, all of whole lines; null until it was looked at. */
  private length: number | null = null;

  constructor(readonly store: RunStore) {}

  /** Adds a line to the log. */
  add(line: Line): void {
    this.waiting.push(line);
    this.characters += line.text.length;
    if (!this.failure) this.enqueue(() => this.flush());
    else while (this.characters > WAITING && this.giveUp());
  }

  /** Takes the line back that was added when the log had `bytes` bytes, and was followed by a write that was refused. */
  takeBack(line: Line, bytes: number): void {
    const at = this.waiting.indexOf(line);
    if (at < 0)
      this.length = bytes; // the log is cut before its next line
    else this.drop(at);
  }

  /** False where nothing heavy is left. */
  private giveUp(): boolean {
    const at = this.waiting.findIndex(({ heavy }) => heavy);
    if (at >= 0) this.drop(at);
    return at >= 0;
  }

  private drop(at: number): void {
    const [{ text }] = this.waiting.splice(at, 1);
    this.characters -= text.length;
  }

  /** Another write, after those before it. Gives what the storage said; null where it was done. Throws other faults. */
  async attempt(write: () => Promise<void>): Promise<StorageError | null> {
    this.enqueue(write);
    await this.writing;
    return this.failure;
  }

  /** Waits for all writes, and tries again what was refused. Throws what is no fault of the storage. */
  async settle(): Promise<void> {
    await this.writing;
    if (!this.failure && this.waiting.length === 0) return;
    this.failure = null;
    await this.attempt(() => this.flush());
  }

  private enqueue(write: () => Promise<void>): void {
    this.writing = this.writing.then(async () => {
      if (this.failure) return; // what follows a write that was refused waits
      try {
        await write();
      } catch (error) {
        if (!(error instanceof StorageError)) throw error;
        this.failure = error;
      }
    });
    this.writing.catch(() => {}); // kept until somebody waits
  }

  private async flush(): Promise<void> {
    const lines = this.waiting.slice();
    if (lines.length === 0) return;
    await this.store.writeDue();
    const { log } = this.store;
    const size = await log.bytes();
    this.length ??= size;
    if (size > this.length) await log.cut(this.length); // part of a write that was refused
    const text = lines.map((line) => line.text).join('');
    await log.append(text);
    this.length += new TextEncoder().encode(text).length;
    this.waiting.splice(0, lines.length);
    this.characters -= text.length;
  }
}
