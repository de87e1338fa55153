/**
 * What the command line prints reaches its reader: into a pipe Node writes later than it says, and a process that ends
 * before loses what is still on its way. A reader that went away (`| head -1`) ends the command, as Ctrl-C does.
 */

import { visible } from '../data/visible';

/** A word to whoever sits there, to stderr: what of it came from a file, a server or a model may not move the cursor. */
export const note = (text: string): void => {
  process.stderr.write(visible(text));
};

const warned = new Set<string>();

/** The same, of what may be told from several places: once. */
export const warn = (text: string): void => {
  if (!warned.has(text)) note(`${text}\n`);
  warned.add(text);
};

/** A result to stdout: as it is for a file or a pipe, visible on a terminal. */
export const print = (text: string): void => {
  process.stdout.write(process.stdout.isTTY ? visible(text) : text);
};

/** What to do when nobody reads stdout any more: a command with nothing to save just ends. */
let whenGone = (): void => process.exit(0);

/** A command that saves before it ends says so here. */
export function onReaderGone(act: () => void): void {
  whenGone = act;
}

/** Call once, before anything is printed. */
export function watchReaders(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    whenGone();
  });
  process.stderr.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error; // nobody listens; the work goes on
  });
}

/** Resolves when all that was printed so far is its reader's, or the reader is gone. */
export async function printed(): Promise<void> {
  await Promise.all([process.stdout, process.stderr].map(flushed));
}

function flushed(stream: NodeJS.WriteStream): Promise<void> {
  if (stream.writableLength === 0 || !stream.writable) return Promise.resolve();
  return new Promise((resolve) => {
    stream.once('close', resolve);
    stream.write('', () => resolve()); // called after everything before it, with an error where the reader is gone
  });
}
