/**
 * Zip archives (PKWARE APPNOTE 6.3) of files that may be larger than memory. Written by client-zip as they come, without
 * compression, for weights do not shrink; read by the directory at their end, stored or deflated, as any program makes them.
 * Both know the form of more than 4 GiB (zip64).
 */
import { makeZip } from 'client-zip';
import { BOUNDS } from './bounds';
import { bytesText, streamed } from './bytes';
import { crc32 } from './crc32';
import { BadInput } from './errors';

export interface ZipFile {
  /** With slashes. */
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer> | AsyncIterable<Uint8Array<ArrayBuffer>>;
}

/** 1980-01-01, the format's first day: the same files give the same archive. */
const FIRST_DAY = new Date(1980, 0, 1);

export const zipOf = (files: Iterable<ZipFile> | AsyncIterable<ZipFile>): ReadableStream<Uint8Array> =>
  makeZip(inputsOf(files));

async function* inputsOf(files: Iterable<ZipFile> | AsyncIterable<ZipFile>) {
  for await (const { name, bytes } of files) yield { name, input: bytes, lastModified: FIRST_DAY };
}

/** The archive of what is in memory anyway. */
export const zipBlob = (files: Iterable<ZipFile>): Promise<Blob> => new Response(zipOf(files)).blob();

export interface ZipEntry {
  readonly name: string;
  readonly size: number;
  /** Its bytes as they are read. Rejects with BadInput where they are not as the directory says. */
  stream(): AsyncIterable<Uint8Array<ArrayBuffer>>;
}

/** An archive that unpacks to less is no bomb. */
const HARMLESS = 64 * 2 ** 20;
const END = { signature: 0x06054b50, bytes: 22, comment: 0xffff } as const;
const CENTRAL = { signature: 0x02014b50, bytes: 46 } as const;
const LOCAL = { signature: 0x04034b50, bytes: 30 } as const;
const METHODS = { stored: 0, deflated: 8 } as const;
const ENCRYPTED = 1;
/** What a field says whose value stands in eight bytes elsewhere, as from 4 GiB on (and from 65,535 files on). */
const ELSEWHERE = 0xffff_ffff;
const MANY = 0xffff;
/** Right before the end: where the end of large archives is, and that. */
const LOCATOR = { signature: 0x07064b50, bytes: 20 } as const;
const LARGE_END = { signature: 0x06064b50, bytes: 56 } as const;
/** The extra field of an entry that has the eight bytes of what is ELSEWHERE, in the order of the entry's own. */
const LARGE_EXTRA = 1;

const bytesOf = async (blob: Blob): Promise<DataView> => new DataView(await blob.arrayBuffer());

const OF_A_RUN = 'Give a zip archive of a run’s folder, as the page downloads it.';

/**
 * The files of an archive, folders left out. Throws BadInput for what is none, or has names that lead out of it; `mend`: what
 * is to be given in its place.
 */
export async function zipEntries(archive: Blob, where: string, mend = OF_A_RUN): Promise<ZipEntry[]> {
  const refuse = (what: string): never => {
    throw new BadInput(what, where, mend);
  };
  const end = await endOf(archive);
  if (!end) return refuse('This is no zip archive, or its end is missing');
  const { count, size, at } = end;
  if (count > BOUNDS.zipEntries || size > BOUNDS.zipDirectory)
    return refuse(`The archive names too many files (${count})`);
  const view = await bytesOf(archive.slice(at, at + size));
  const entries: ZipEntry[] = [];
  const found: Central[] = [];
  for (let from = 0; from < view.byteLength; ) {
    const entry = centralEntry(view, from) ?? refuse('The archive’s directory is damaged');
    from = entry.next;
    if (entry.name.endsWith('/')) continue;
    if (/(^\/|\\|(^|\/)\.\.(\/|$)|^[A-Za-z]:)/.test(entry.name) || entry.name === '')
      refuse('A name in the archive leads out of it');
    if ((entry.flags & ENCRYPTED) !== 0) refuse('The archive is encrypted');
    if (entry.method !== METHODS.stored && entry.method !== METHODS.deflated)
      refuse('The archive is compressed in a way that is not read here');
    if (found.push(entry) > BOUNDS.zipEntries) refuse('The archive names too many files');
    entries.push({ name: entry.name, size: entry.size, stream: () => contentOf(archive, entry, where) });
  }
  const wrong = wrongWith(found, archive.size);
  return wrong === null ? entries : refuse(wrong);
}

/** Files that lie in each other, or have one name, or unpack to far more than they are; null where none does. */
function wrongWith(entries: readonly Central[], size: number): string | null {
  let end = 0;
  for (const { at, packed } of [...entries].sort((a, b) => a.at - b.at)) {
    if (at < end || at + LOCAL.bytes + packed > size) return 'Files of the archive lie in each other, or outside it';
    end = at + LOCAL.bytes + packed;
  }
  if (new Set(entries.map(({ name }) => name)).size < entries.length) return 'A name stands twice in the archive';
  const unpacked = entries.reduce((sum, entry) => sum + entry.size, 0);
  if (unpacked <= Math.max(HARMLESS, BOUNDS.zipRatio * size)) return null;
  return `The archive unpacks to ${bytesText(unpacked)}, more than ${BOUNDS.zipRatio} times its size`;
}

interface End {
  readonly count: number;
  /** Of the directory. */
  readonly size: number;
  readonly at: number;
}

/** The last record, which lies before a comment of any length; null where there is none, or it leads nowhere. */
async function endOf(archive: Blob): Promise<End | null> {
  const first = Math.max(0, archive.size - LOCATOR.bytes - END.bytes - END.comment);
  const view = await bytesOf(archive.slice(first));
  for (let from = view.byteLength - END.bytes; from >= 0; from--) {
    if (view.getUint32(from, true) !== END.signature) continue;
    const [count, size, at] = [view.getUint16(from + 10, true), ...[12, 16].map((o) => view.getUint32(from + o, true))];
    if (count !== MANY && size !== ELSEWHERE && at !== ELSEWHERE) return { count, size, at };
    const locator = from - LOCATOR.bytes;
    const isThere = locator >= 0 && view.getUint32(locator, true) === LOCATOR.signature;
    return isThere ? largeEnd(archive, largeNumber(view, locator + 8)) : null;
  }
  return null;
}

/** The end of an archive of more than 4 GiB or 65,534 files (section 4.3.14). */
async function largeEnd(archive: Blob, from: number): Promise<End | null> {
  const view = await bytesOf(archive.slice(from, from + LARGE_END.bytes));
  if (view.byteLength < LARGE_END.bytes || view.getUint32(0, true) !== LARGE_END.signature) return null;
  const [count, size, at] = [32, 40, 48].map((offset) => largeNumber(view, offset));
  return { count, size, at };
}

/** Eight bytes; what is beyond 2^53 lies outside of any archive, in doubles too. */
const largeNumber = (view: DataView, at: number): number => Number(view.getBigUint64(at, true));

interface Central {
  readonly name: string;
  readonly flags: number;
  readonly method: number;
  /** Of its bytes as they are read. */
  readonly crc: number;
  readonly packed: number;
  readonly size: number;
  /** Its local header. */
  readonly at: number;
  readonly next: number;
}

function centralEntry(view: DataView, from: number): Central | null {
  if (from + CENTRAL.bytes > view.byteLength || view.getUint32(from, true) !== CENTRAL.signature) return null;
  const [name, extra, comment] = [28, 30, 32].map((offset) => view.getUint16(from + offset, true));
  const first = from + CENTRAL.bytes;
  const next = first + name + extra + comment;
  if (next > view.byteLength) return null;
  const short = [24, 20, 42].map((offset) => view.getUint32(from + offset, true));
  const numbers = largeNumbers(view, { from: first + name, to: first + name + extra }, short);
  if (!numbers) return null;
  const [size, packed, at] = numbers;
  return {
    name: new TextDecoder().decode(new Uint8Array(view.buffer, view.byteOffset + first, name)),
    flags: view.getUint16(from + 8, true),
    method: view.getUint16(from + 10, true),
    crc: view.getUint32(from + 16, true),
    ...{ packed, size, at, next },
  };
}

/** The numbers, those that are ELSEWHERE by the entry's extra fields (section 4.5.3); null where these do not have them. */
function largeNumbers(view: DataView, extra: { from: number; to: number }, short: readonly number[]): number[] | null {
  if (!short.includes(ELSEWHERE)) return [...short];
  for (let at = extra.from, end = 0; at + 4 <= extra.to; at = end) {
    end = at + 4 + view.getUint16(at + 2, true);
    if (view.getUint16(at, true) !== LARGE_EXTRA || end > extra.to) continue;
    let next = at + 4;
    const numbers = short.map((number) => {
      if (number !== ELSEWHERE || next + 8 > end) return number;
      next += 8;
      return largeNumber(view, next - 8);
    });
    return numbers.includes(ELSEWHERE) ? null : numbers;
  }
  return null;
}

async function* contentOf(archive: Blob, { at, method, crc, packed, size, name }: Central, where: string) {
  const damaged = () => new BadInput(`${name} is damaged in the archive`, where, 'Make or download the archive again.');
  const header = await bytesOf(archive.slice(at, at + LOCAL.bytes));
  if (header.byteLength < LOCAL.bytes || header.getUint32(0, true) !== LOCAL.signature) throw damaged();
  const first = at + LOCAL.bytes + header.getUint16(26, true) + header.getUint16(28, true);
  const raw = archive.slice(first, first + packed).stream();
  const plain = method === METHODS.stored ? raw : raw.pipeThrough(new DecompressionStream('deflate-raw'));
  const pieces = streamed(plain as ReadableStream<Uint8Array<ArrayBuffer>>);
  let [read, sum] = [0, 0];
  try {
    for await (const piece of pieces) {
      read += piece.length;
      if (read > size) break;
      sum = crc32(piece, sum);
      yield piece;
    }
  } catch {
    throw damaged(); // by the platform's own reader
  }
  if (read !== size || sum !== crc) throw damaged();
}
