/** Files that are read by ranges, so that no checkpoint is ever whole in memory. Where they lie is the host's affair. */

import { BOUNDS } from './bounds';
import { BadInput } from './errors';

/** One file. */
export interface ByteSource {
  /** For messages: the file's path or address. */
  readonly where: string;
  /** Bytes of the whole file. */
  readonly size: number;
  /**
   * Bytes from … to − 1. They may lie in `room`, where that is given and holds them: memory used again costs less than new.
   * Throws BadInput where the file turns out shorter than `size`.
   */
  read(from: number, to: number, room?: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>>;
}

/** A folder of files: a directory, a drop, a web address, a Hub repository at one revision. */
export interface FileSource {
  /** For messages. */
  readonly where: string;
  /** Names of the files, sorted. */
  list(): Promise<string[]>;
  /** The file, or null where there is none. */
  open(name: string): Promise<ByteSource | null>;
}

/** Bytes in memory as a source. */
export function memoryBytes(bytes: Uint8Array<ArrayBuffer>, where: string): ByteSource {
  return { where, size: bytes.length, read: async (from, to) => bytes.slice(from, to) };
}

/** A whole (small) file of a folder, or null where there is none. Throws BadInput for one over its bound. */
export async function readWhole(files: FileSource, name: string): Promise<Uint8Array<ArrayBuffer> | null> {
  const file = await files.open(name);
  if (!file) return null;
  expectWithin(file.size, boundOf(name), name, file.where);
  return file.read(0, file.size);
}

/** The most bytes that are taken of a file whose size nobody tells before it has ended. */
export const unsizedBound = (name: string): number => (/\.(json|jinja)$/i.test(name) ? boundOf(name) : BOUNDS.unsized);

/** The most bytes of a model's file that is read whole. */
const boundOf = (name: string): number =>
  /(^|\/)tokenizer\.json$/.test(name) ? BOUNDS.tokenizer : name.endsWith('.jinja') ? BOUNDS.template : BOUNDS.json;

/** A file's bytes in their order, a piece at a time. */
export async function* piecesOf(file: ByteSource): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  for (let from = 0; from < file.size; from += PIECE) yield file.read(from, Math.min(file.size, from + PIECE));
}

const PIECE = 1024 * 1024;

/** What was taken from the beginning of a stream, and the rest of it. */
export async function* following<T>(first: T, rest: AsyncIterable<T>): AsyncGenerator<T> {
  yield first;
  yield* rest;
}

/** Pieces as one. */
export function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((n, { length }) => n + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** What a stream gives, a piece at a time; it is cancelled where nobody takes the rest. Not every browser’s streams iterate by themselves. */
export async function* streamed(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const reader = stream.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}

/** Pieces as one. Rejects with what `over` gives as soon as there are more than `most` bytes. */
export async function collected(
  pieces: AsyncIterable<Uint8Array>,
  most = Number.POSITIVE_INFINITY,
  over?: () => Error,
): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const piece of pieces) {
    size += piece.length;
    if (size > most) throw over?.();
    parts.push(piece);
  }
  return joined(parts);
}

/** The text of UTF-8 bytes, without a byte order mark. Throws BadInput where they are none. */
export function utf8Text(
  bytes: Uint8Array,
  where: string,
  what = 'The file',
  mend = 'Save it as UTF-8, or download it again.',
): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new BadInput(`${what} is no UTF-8 text`, where, mend);
  }
}

/** Throws BadInput for a `what` of more bytes than its bound. */
export function expectWithin(
  bytes: number,
  bound: number,
  what: string,
  where: string,
  mend = 'Check that it is the file it should be.',
): void {
  if (bytes > bound)
    throw new BadInput(`${what} has ${bytesText(bytes)}, more than the ${bytesText(bound)} that are read`, where, mend);
}

/** Bytes as a person reads them: "512 B", "1.2 kB", "34.5 MB", "6.78 GB". */
export function bytesText(bytes: number): string {
  if (bytes < 1000) return `${Math.round(bytes)} B`;
  if (bytes < 1e6) return `${(bytes / 1e3).toFixed(1)} kB`;
  if (bytes < 1e9) return `${(bytes / 1e6).toFixed(1)} MB`;
  return `${(bytes / 1e9).toFixed(2)} GB`;
}
