/** A run's log, events.jsonl: an event a line, appended to; read as a whole, or from its ends, for logs have tens of megabytes. */
import * as v from 'valibot';
import type { Files } from '../host/files';
import { LINE_BREAK, linesOf, type ReadLog, readLog, typeOf, unsealLine } from './event-lines';
import { Damage } from './sealed';

/** The file of a run's folder that has its events. */
export const LOG = 'events.jsonl';

export interface LogEnds {
  /** The last step that was told; 0 where none was. */
  readonly step: number;
  /** Updates of the whole run, where its first line says so: of a supervised run. */
  readonly steps: number | null;
  /** How it ended; null where it was cut off. */
  readonly done: 'finished' | 'stopped' | null;
}

/** Bytes of the first line, which has the configuration and the device, at most. */
const HEAD = 32 * 1024;
/** Bytes that are read of the end first; four times as many each time that no step is among them. */
const TAIL = 64 * 1024;

export class StoredLog {
  constructor(private readonly files: Files) {}

  append(line: string): Promise<void> {
    return this.files.append(LOG, line);
  }

  /** What was appended outlives a loss of power from now on. */
  sync(): Promise<void> {
    return this.files.sync(LOG);
  }

  bytes(): Promise<number> {
    return this.files.size(LOG);
  }

  /** Drops what follows its first `bytes` bytes, and a part of a line before them: nothing is glued to that. */
  async cut(bytes: number): Promise<void> {
    const size = await this.bytes();
    const at = Math.min(size, bytes);
    const last = (await this.files.readRange(LOG, Math.max(0, at - 1), at)) ?? new Uint8Array();
    const kept = last[0] === LINE_BREAK ? at : (await this.read()).subarray(0, at).lastIndexOf(LINE_BREAK) + 1;
    if (kept < size) await this.files.truncate(LOG, kept);
  }

  /** All of it; empty where nothing was told. */
  async read(): Promise<Uint8Array> {
    return (await this.files.read(LOG)) ?? new Uint8Array();
  }

  /** What it has, or of that what comparisons use, and what of it cannot be read. */
  async story(kept: 'all' | 'compared' = 'all'): Promise<ReadLog> {
    return readLog(await this.read(), kept);
  }

  /** Where the run stands, as far as its log can be read. */
  async ends(): Promise<LogEnds> {
    const size = await this.bytes();
    const lines = async (from: number, to: number) =>
      linesOf((await this.files.readRange(LOG, from, to)) ?? new Uint8Array());
    const [head] = await lines(0, Math.min(size, HEAD));
    const steps = (head && fieldOf(head, /^sft-start$/, 'steps', v.number())) ?? null;
    for (let length = TAIL; ; length *= 4) {
      const from = Math.max(0, size - length);
      const tail = await lines(from, size);
      // Found by their types: of the other lines some have hundreds of kilobytes of signals, or begin before the tail.
      const told = tail.findLast((line) => fieldOf(line, STEP, 'step', v.number()) !== null);
      if (!told && from > 0) continue;
      const step = (told && fieldOf(told, STEP, 'step', v.number())) ?? 0;
      const last = tail.at(-1);
      return { step, steps, done: (last && fieldOf(last, /^done$/, 'reason', REASON)) ?? null };
    }
  }
}

const STEP = /^(?:sft-|pretrain-)?step$/;
const REASON = v.picklist(['finished', 'stopped']);

/** A field of a line whose event is of such a type; null where it is another, or cannot be read. */
function fieldOf<T>(line: Uint8Array, type: RegExp, name: string, schema: v.GenericSchema<unknown, T>): T | null {
  if (!type.test(typeOf(line))) return null;
  try {
    const result = v.safeParse(v.looseObject({ [name]: schema }), unsealLine(line));
    return result.success ? (result.output[name] as T) : null;
  } catch (error) {
    if (error instanceof Damage) return null;
    throw error;
  }
}
