/**
 * Zip archives (PKWARE APPNOTE 6.3) of files that may be larger than memory. Written by client-zip as they come, without
 * compression, for weights do not shrink; read by the directory at their end, stored or deflated, as any program makes them.
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
/** What a field says whose value is in an extra one: an archive of more than 4 GiB. */
const ELSEWHERE = 0xffff_ffff;

const bytesOf = async (blob: Blob): Promise<DataView> => new DataView(await blob.arrayBuffer());

/** The files of an archive, folders left out. Throws BadInput for what is none, or has names that lead out of it. */
export async function zipEntries(archive: Blob, where: string): Promise<ZipEntry[]> {
  const refuse = (what: string): never => {
    throw new BadInput(what, where, 'Give a zip archive of a run’s folder, as the page downloads it.');
  };
  const end = await endOf(archive);
  if (!end) return refuse('This is no zip archive, or its end is missing');
  const { count, size, at } = end;
  if (at === ELSEWHERE || size === ELSEWHERE || count === 0xffff) return refuse('The archive has more than 4 GiB');
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
    if (entry.size === ELSEWHERE || entry.packed === ELSEWHERE || entry.at === ELSEWHERE)
      refuse('A file of the archive has more than 4 GiB');
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

/** The last record, which lies before a comment of any length. */
async function endOf(archive: Blob): Promise<{ count: number; size: number; at: number } | null> {
  const view = await bytesOf(archive.slice(Math.max(0, archive.size - END.bytes - END.comment)));
  for (let from = view.byteLength - END.bytes; from >= 0; from--)
    if (view.getUint32(from, true) === END.signature)
      return {
        count: view.getUint16(from + 10, true),
        size: view.getUint32(from + 12, true),
        at: view.getUint32(from + 16, true),
      };
  return null;
}

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
  if (first + name > view.byteLength) return null;
  return {
    name: new TextDecoder().decode(new Uint8Array(view.buffer, view.byteOffset + first, name)),
    flags: view.getUint16(from + 8, true),
    method: view.getUint16(from + 10, true),
    crc: view.getUint32(from + 16, true),
    packed: view.getUint32(from + 20, true),
    size: view.getUint32(from + 24, true),
    at: view.getUint32(from + 42, true),
    next: first + name + extra + comment,
  };
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
