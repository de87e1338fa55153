/** What a command is, and the exit codes that scripts rely on. */

import { INVOKED } from './invoked';
import { describeFlags, type Flags, parseFlags, type Values, type Words } from './options';
import { note, onReaderGone } from './output';

/** Exit codes; `gaveOut`: the device or the disk. A command returns one of these; errors are mapped in main.ts. */
export const EXIT = { done: 0, failed: 1, badInput: 2, gaveOut: 3, stopped: 130 } as const;

export interface Command {
  name: string;
  summary: string;
  help: string;
  run(argv: readonly string[]): Promise<number>;
}

/** A command from its flags and its body. */
export function defineCommand<F extends Flags>(c: {
  name: string;
  summary: string;
  details?: string;
  /** What it takes besides flags; without it there is nothing else. */
  words?: Words;
  flags: F;
  run(values: Values<F>, words: readonly string[]): Promise<number>;
}): Command {
  return {
    name: c.name,
    summary: c.summary,
    help: `${c.name}: ${c.summary}\n\n  ${INVOKED} ${c.name} ${c.words ? `${c.words.placeholder} ` : ''}[flags]\n\n${c.words ? `${c.words.doc}\n\n` : ''}${describeFlags(c.flags)}\n${c.details ? `\n${c.details}\n` : ''}`,
    run: async (argv) => {
      const { values, words, repeated } = parseFlags(c.name, c.flags, argv, c.words);
      for (const word of repeated) note(`${word}.\n`);
      return c.run(values, words);
    },
  };
}

const STOP_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Begun when there is something to save. Requested by the first Ctrl-C, SIGTERM or SIGHUP, or by a reader that went away; a second signal ends the process at once. */
export function stopSignal(onStop = () => {}): { readonly requested: boolean } {
  const signal = { requested: false };
  const onSignal = () => {
    if (signal.requested) process.exit(EXIT.stopped);
    signal.requested = true;
    note('\nStopping after the running step (Ctrl-C again to end at once) …\n');
    onStop();
  };
  for (const name of STOP_SIGNALS) process.on(name, onSignal);
  onReaderGone(() => {
    signal.requested = true;
    onStop();
  });
  return signal;
}

/** Runs `work` with a signal that the first Ctrl-C or SIGTERM aborts, in place of what they do otherwise; a second one ends the process. */
export async function cancellable<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const stop = new AbortController();
  const onSignal = () => {
    if (stop.signal.aborted) process.exit(EXIT.stopped);
    stop.abort();
  };
  const others = STOP_SIGNALS.map((name) => [name, process.rawListeners(name)] as const);
  for (const [name] of others) process.removeAllListeners(name).on(name, onSignal);
  try {
    return await work(stop.signal);
  } finally {
    for (const [name, listeners] of others) {
      process.off(name, onSignal);
      for (const listener of listeners) process.on(name, listener as NodeJS.SignalsListener);
    }
  }
}

/** Seconds as "1:02:03" or "2:03". */
export function clock(seconds: number): string {
  const s = Math.max(0, Math.round(seconds));
  const [h, m] = [Math.floor(s / 3600), Math.floor(s / 60) % 60];
  const tail = String(s % 60).padStart(2, '0');
  return h > 0 ? `${h}:${String(m).padStart(2, '0')}:${tail}` : `${m}:${tail}`;
}
