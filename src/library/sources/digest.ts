/** Digests of bytes that come in pieces; Web Crypto only takes them all at once. */
import { sha1 } from '@noble/hashes/legacy.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import type { ListedFile } from './choose-files';

export interface Digest {
  /** sha256, or git's SHA-1. */
  readonly kind: string;
  /** What the Hub lists. */
  readonly expected: string;
  update(bytes: Uint8Array): void;
  /** Hex. Nothing can be added after. */
  finish(): string;
}

/** The digest that the Hub lists for a file: sha256 of large ones, git's object name of small ones; null where it lists none. */
export function digestOf({ sha256: large, gitSha1, size }: ListedFile): Digest | null {
  if (large) {
    const hash = sha256.create();
    return {
      kind: 'sha256',
      expected: large,
      update: (b) => void hash.update(b),
      finish: () => bytesToHex(hash.digest()),
    };
  }
  if (!gitSha1 || size === null) return null;
  const hash = sha1.create().update(new TextEncoder().encode(`blob ${size}\0`));
  return {
    kind: 'git SHA-1',
    expected: gitSha1,
    update: (b) => void hash.update(b),
    finish: () => bytesToHex(hash.digest()),
  };
}
