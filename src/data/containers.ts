/** Files that lie compressed: gzip through the platform, zstd through fzstd, both told by their first bytes. */
import { BOUNDS } from './bounds';
import { pacing } from './breath';
import { type ByteSource, bytesText, collected, expectWithin, memoryBytes, piecesOf, streamed } from './bytes';
import { BadInput } from './errors';
import { expectSmallWindows } from './zstd-frames';

/** Names of files of records, compressed or not. */
export const DATA_FILE = /\.(?:jsonl|ndjson|json|parquet)(?:\.(?:gz|gzip|zst|zstd))?$/i;
/** What a packed file's name ends in. */
export const PACKED = /\.(?:gz|gzip|zst|zstd)$/i;

type Pieces = AsyncGenerator<Uint8Array>;

const isGzip = (b: Uint8Array): boolean => b[0] === 0x1f && b[1] === 0x8b;
const isZstd = (b: Uint8Array): boolean => b[0] === 0x28 && b[1] === 0xb5 && b[2] === 0x2f && b[3] === 0xfd;

/** What else a file may be packed with, which is not read here, by how it begins. */
const OTHERS: readonly (readonly [start: string, name: string])[] = [
  ['PK\u0003\u0004', 'a zip archive'],
  ['BZh', 'packed with bzip2'],
  ['\u00fd7zXZ', 'packed with xz'],
  ['7z\u00bc\u00af', 'packed with 7z'],
];

/** Throws BadInput where bytes that should be records begin as a container does. */
function expectRecords(start: Uint8Array, where: string): void {
  const letters = String.fromCharCode(...start.subarray(0, 8));
  const other = OTHERS.find(([begins]) => letters.startsWith(begins))?.[1];
  const what = isGzip(start) || isZstd(start) ? 'packed twice' : other;
  if (what) throw new BadInput(`The file is ${what}`, where, 'Unpack it, or pack what is in it with gzip or zstd.');
}

/** What a file is packed with, by its first bytes; null where it is not. */
export async function packingOf(file: ByteSource): Promise<'gzip' | 'zstd' | null> {
  const start = await file.read(0, Math.min(4, file.size));
  return isGzip(start) ? 'gzip' : isZstd(start) ? 'zstd' : null;
}

/** A file's bytes in pieces, unpacked where it is packed. Throws BadInput for one over its bound or that cannot be unpacked. */
export async function* unpackedPieces(file: ByteSource): Pieces {
  const { size, where } = file;
  expectWithin(size, BOUNDS.data, 'The file', where, 'Split it.');
  const kind = await packingOf(file);
  if (kind === null && PACKED.test(where))
    throw new BadInput('The file is neither gzip nor zstd, as its name says', where, 'Unpack it first.');
  if (kind === null) {
    expectRecords(await file.read(0, Math.min(8, size)), where);
    return yield* piecesOf(file);
  }
  let length = 0;
  const pace = pacing();
  try {
    for await (const piece of kind === 'gzip' ? gunzipped(file) : unzstd(file)) {
      if (length === 0) expectRecords(piece, where);
      length += piece.length;
      if (length > BOUNDS.unpacked)
        throw new BadInput(
          `It unpacks to more than the ${bytesText(BOUNDS.unpacked)} that are read`,
          where,
          'Split it.',
        );
      yield piece;
      await pace();
    }
  } catch (error) {
    if (error instanceof BadInput) throw error;
    throw new BadInput(
      `The ${kind} file cannot be unpacked: ${(error as Error).message}`,
      where,
      'Pack it again, or unpack it first.',
    );
  }
}

/** The same as one file in memory. */
export async function unpackedWhole(file: ByteSource): Promise<ByteSource> {
  return memoryBytes(await collected(unpackedPieces(file)), file.where);
}

async function* gunzipped(file: ByteSource): Pieces {
  const pieces = piecesOf(file);
  const packed = new ReadableStream<Uint8Array<ArrayBuffer>>({
    async pull(controller) {
      const { done, value } = await pieces.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
  });
  yield* streamed(packed.pipeThrough(new DecompressionStream('gzip')));
}

/** Bytes that are unpacked at once: a block of a few bytes may stand for 128 KiB. */
const STEP = 4096;

async function* unzstd(file: ByteSource): Pieces {
  const packed = await file.read(0, file.size);
  expectSmallWindows(packed, file.where);
  const { Decompress } = await import('fzstd');
  const out: Uint8Array[] = [];
  let ended = false;
  const stream = new Decompress((piece, isLast) => {
    out.push(piece);
    ended ||= isLast === true;
  });
  for (let at = 0; at < packed.length; at += STEP) {
    stream.push(packed.subarray(at, at + STEP), at + STEP >= packed.length);
    yield* out.splice(0);
  }
  if (!ended) throw new Error('it ends early');
}
