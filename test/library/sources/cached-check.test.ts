/** Large files of the cache are told from changed ones by a sample, whose reading costs a megabyte. */
import { expect, test } from 'vitest';
import { memoryBytes } from '../../../src/data/bytes';
import { sampleOf, soundness } from '../../../src/library/sources/cached-check';
import { countingBytes } from '../../setup/checkpoints';
import { sha256 } from '../../setup/hub-server';

const SIZE = 33 * 1024 * 1024;
const bytes = new Uint8Array(SIZE).fill(7);
const listed = { name: 'w', size: SIZE, sha256: sha256(bytes), gitSha1: null };
const changedAt = (at: number) => {
  const other = bytes.slice();
  other[at] ^= 1;
  return memoryBytes(other, 'w');
};

test('a sample reads sixteen pieces, and finds what was changed in them', async () => {
  const file = countingBytes(bytes);
  const sample = await sampleOf(file);
  expect(file.reads).toHaveLength(16);
  expect(file.reads.reduce((n, [from, to]) => n + to - from, 0)).toBe(1024 * 1024);
  expect(await soundness(file, listed, sample, false)).toBe('sound');
  for (const at of [0, SIZE - 1]) expect(await soundness(changedAt(at), listed, sample, false)).toBe('changed');
  expect(await sampleOf(memoryBytes(new Uint8Array(3), 'w'))).not.toBe(
    await sampleOf(memoryBytes(new Uint8Array(4), 'w')),
  );
});

test('asked for, every byte is read', async () => {
  const between = changedAt(1024 * 1024);
  const sample = await sampleOf(between);
  expect(await soundness(between, listed, sample, false)).toBe('sound');
  expect(await soundness(between, listed, sample, true)).toBe('changed');
  expect(await soundness(memoryBytes(bytes, 'w'), listed, null, true)).toBe('sound');
});

test('without a digest or a sample nothing is known', async () => {
  expect(await soundness(memoryBytes(bytes, 'w'), undefined, null, true)).toBe('unknown');
});
