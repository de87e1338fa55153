/** Where a stored run stands, from the ends of its log: logs have tens of megabytes, a list of runs takes kilobytes of each. */

import type { Files } from '../host/files';
import type { RunEvent } from './events';
import { LOG } from './run-log';

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

export async function logEnds(files: Files): Promise<LogEnds> {
  const size = await files.size(LOG);
  const read = async (from: number, to: number) =>
    new TextDecoder().decode((await files.readRange(LOG, from, to)) ?? new Uint8Array());
  const head = /^.*\n/.exec(await read(0, HEAD))?.[0];
  const first = head ? (JSON.parse(head) as RunEvent) : null;
  const steps = first?.type === 'sft-start' ? first.steps : null;
  for (let length = TAIL; ; length *= 4) {
    const from = Math.max(0, size - length);
    const tail = await read(from, size);
    // Found in the text: of the other lines some have hundreds of kilobytes of signals, or begin before the tail.
    const last = [...tail.matchAll(/^\{"v":\d+,"type":"(?:sft-)?step".*\n/gm)].pop();
    if (!last && from > 0) continue;
    const step = last ? (JSON.parse(last[0]) as { step: number }).step : 0;
    const end = /^\{"v":\d+,"type":"done".*\n$/m.exec(tail.slice(tail.lastIndexOf('\n', tail.length - 2) + 1))?.[0];
    return { step, steps, done: end ? (JSON.parse(end) as { reason: LogEnds['done'] }).reason : null };
  }
}
