/** A run's log, events.jsonl: an event a line, appended to; read as a whole, or from its ends, for logs have tens of megabytes. */
import type { Files } from '../host/files';
import { parseEvents } from './event-lines';
import type { RunEvent } from './events';

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

  /** Drops what follows its first `bytes` bytes. */
  async cut(bytes: number): Promise<void> {
    if ((await this.bytes()) > bytes) await this.files.truncate(LOG, bytes);
  }

  /** All of it; empty where nothing was told. */
  async read(): Promise<Uint8Array> {
    return (await this.files.read(LOG)) ?? new Uint8Array();
  }

  async events(): Promise<RunEvent[]> {
    return parseEvents(new TextDecoder().decode(await this.read()));
  }

  /** Where the run stands. */
  async ends(): Promise<LogEnds> {
    const size = await this.bytes();
    const read = async (from: number, to: number) =>
      new TextDecoder().decode((await this.files.readRange(LOG, from, to)) ?? new Uint8Array());
    const head = /^.*\n/.exec(await read(0, HEAD))?.[0];
    const first = head ? (JSON.parse(head) as RunEvent) : null;
    const steps = first?.type === 'sft-start' ? first.steps : null;
    for (let length = TAIL; ; length *= 4) {
      const from = Math.max(0, size - length);
      const tail = await read(from, size);
      // Found in the text: of the other lines some have hundreds of kilobytes of signals, or begin before the tail.
      const last = [...tail.matchAll(/^\{"v":\d+,"type":"(?:sft-|pretrain-)?step".*\n/gm)].pop();
      if (!last && from > 0) continue;
      const step = last ? (JSON.parse(last[0]) as { step: number }).step : 0;
      const end = /^\{"v":\d+,"type":"done".*\n$/m.exec(tail.slice(tail.lastIndexOf('\n', tail.length - 2) + 1))?.[0];
      return { step, steps, done: end ? (JSON.parse(end) as { reason: LogEnds['done'] }).reason : null };
    }
  }
}
