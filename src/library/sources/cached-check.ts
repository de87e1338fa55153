/** Whether a file of the cache is still what was downloaded: by the Hub's digest, or by a sample of its bytes. */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { type ByteSource, piecesOf } from '../../data/bytes';
import type { ListedFile } from './choose-files';
import { digestOf } from './digest';

/** Files up to this size are read whole when they are opened. */
const SMALL = 32 * 1024 * 1024;
const PIECES = 16;
const PIECE = 64 * 1024;

/** unknown: the Hub gave no digest, and nobody noted a sample. */
export type Soundness = 'sound' | 'changed' | 'unknown';

/** SHA-256 of sixteen pieces spread over a file, the first and the last among them: a megabyte of any size. */
export async function sampleOf(file: ByteSource): Promise<string> {
  const hash = sha256.create();
  const last = Math.max(0, file.size - PIECE);
  for (let i = 0; i < PIECES; i++) {
    const from = Math.floor((last * i) / (PIECES - 1));
    hash.update(await file.read(from, Math.min(file.size, from + PIECE)));
  }
  return bytesToHex(hash.digest());
}

/** Small files by their digest, others by their sample; `whole`: all by their digest. */
export async function soundness(
  file: ByteSource,
  listed: ListedFile | undefined,
  sample: string | null,
  whole: boolean,
): Promise<Soundness> {
  const digest = whole || file.size <= SMALL ? listed && digestOf(listed) : null;
  if (digest) {
    for await (const piece of piecesOf(file)) digest.update(piece);
    return digest.finish() === digest.expected ? 'sound' : 'changed';
  }
  if (sample === null) return 'unknown';
  return (await sampleOf(file)) === sample ? 'sound' : 'changed';
}
