/**
 * What the command line prints reaches its reader: into a pipe Node writes later than it says, and a process that ends
 * before loses what is still on its way. A reader that went away (`| head -1`) ends the command, as Ctrl-C does.
 */
import { fstatSync, writeSync } from 'node:fs';
import { visible } from '../data/visible';
import { StorageError, storageError } from '../host/storage-error';

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

/** What the system said where stdout, a file, took no more; null where it took all. */
let refusal: StorageError | null = null;

export const printRefusal = (): StorageError | null => refusal;

/** A result to stdout: as it is for a file or a pipe, visible on a terminal. Of a file that takes no more the rest is lost. */
export const print = (text: string): void => printPainted(process.stdout.isTTY ? visible(text) : text);

/** The same of a text that has a terminal's colours, and nothing else that would move its cursor. */
export const printPainted = (text: string): void => {
  if (refusal) return;
  try {
    if (intoFile()) writeAll(1, Buffer.from(text));
    else process.stdout.write(text);
  } catch (error) {
    refuse(error);
  }
};

/** Whether stdout is a file or a device: what Node itself writes into one is cut short without a word where it takes no more. */
function intoFile(): boolean {
  try {
    const to = fstatSync(1);
    return to.isFile() || (to.isCharacterDevice() && !process.stdout.isTTY);
  } catch {
    return false; // closed
  }
}

function writeAll(fd: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length; ) done += writeSync(fd, bytes, done);
}

/** The run, if there is one, is saved and ends; the exit code says that the output is not whole. */
function refuse(error: unknown): void {
  const said = storageError(error, 'stdout');
  if (!(said instanceof StorageError)) throw error;
  refusal = said;
  whenGone();
}

/** What to do when nobody takes stdout any more: a command with nothing to save just ends. */
let whenGone = (): void => {
  if (refusal) note(`${refusal.message}\n`);
  process.exit(refusal ? 3 : 0);
};

/** A command that saves before it ends says so here. */
export function onReaderGone(act: () => void): void {
  whenGone = act;
}

/** Call once, before anything is printed. */
export function watchReaders(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') whenGone();
    else refuse(error);
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
