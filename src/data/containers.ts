/** Files that lie compressed: gzip through the platform, zstd through fzstd, both told by their first bytes. */
import { BOUNDS } from './bounds';
import { bytesText } from './bytes';
import { BadInput } from './errors';

/** Names of files of records, compressed or not. */
export const DATA_FILE = /\.(?:jsonl|ndjson|json|parquet)(?:\.(?:gz|gzip|zst|zstd))?$/i;

const isGzip = (b: Uint8Array): boolean => b[0] === 0x1f && b[1] === 0x8b;
const isZstd = (b: Uint8Array): boolean => b[0] === 0x28 && b[1] === 0xb5 && b[2] === 0x2f && b[3] === 0xfd;

/** A file's bytes and its name without what says that it was packed. Throws BadInput for one that cannot be unpacked. */
export async function unpacked(
  bytes: Uint8Array<ArrayBuffer>,
  file: string,
): Promise<{ bytes: Uint8Array<ArrayBuffer>; name: string }> {
  const kind = isGzip(bytes) ? 'gzip' : isZstd(bytes) ? 'zstd' : null;
  const name = file.replace(/\.(?:gz|gzip|zst|zstd)$/i, '');
  if (kind === null && name === file) return { bytes, name };
  if (kind === null)
    throw new BadInput('The file is neither gzip nor zstd, as its name says', file, 'Unpack it first.');
  const out = new Unpacked();
  try {
    await (kind === 'gzip' ? gunzip(bytes, out) : unzstd(bytes, out));
  } catch (error) {
    if (error instanceof TooLarge)
      throw new BadInput(
        `The file unpacks to more than the ${bytesText(BOUNDS.unpacked)} that are read`,
        file,
        'Split it.',
      );
    throw new BadInput(
      `The ${kind} file cannot be unpacked: ${(error as Error).message}`,
      file,
      'Pack it again, or unpack it first.',
    );
  }
  return { bytes: out.whole(), name };
}

class TooLarge extends Error {}

class Unpacked {
  private readonly chunks: Uint8Array[] = [];
  private length = 0;

  add(chunk: Uint8Array): void {
    this.length += chunk.length;
    if (this.length > BOUNDS.unpacked) throw new TooLarge();
    this.chunks.push(chunk);
  }

  whole(): Uint8Array<ArrayBuffer> {
    const all = new Uint8Array(this.length);
    let at = 0;
    for (const chunk of this.chunks) {
      all.set(chunk, at);
      at += chunk.length;
    }
    return all;
  }
}

async function gunzip(bytes: Uint8Array<ArrayBuffer>, out: Unpacked): Promise<void> {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
  const reader = stream.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    out.add(value);
  }
}

async function unzstd(bytes: Uint8Array, out: Unpacked): Promise<void> {
  const { Decompress } = await import('fzstd');
  let ended = false;
  const stream = new Decompress((chunk, isLast) => {
    out.add(chunk);
    ended ||= isLast === true;
  });
  // Piece by piece, so that what a frame promises is not taken before it is there.
  const PIECE = 2 ** 16;
  for (let at = 0; at < bytes.length; at += PIECE)
    stream.push(bytes.subarray(at, at + PIECE), at + PIECE >= bytes.length);
  if (!ended) throw new Error('it ends early');
}
