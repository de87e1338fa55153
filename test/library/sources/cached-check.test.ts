/** Large files of the cache are told from changed ones by a sample, whose reading costs a megabyte. */
import { expect, test } from 'vitest';
import { memoryBytes } from '../../../src/data/bytes';
import { sampleOf, soundness } from '../../../src/library/sources/cached-check';
import { hubSource } from '../../../src/library/sources/hub';
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

test('a file that the Hub gives no digest of is named', async () => {
  const siblings = [
    { rfilename: 'config.json', size: 2, blobId: '9e26dfeeb6e641a33dae4961196235bdb965b21b' },
    { rfilename: 'model.safetensors', size: 3 },
  ];
  const fetch: typeof globalThis.fetch = async (input) => {
    const url = String(input);
    if (url.includes('/api/')) return Response.json({ sha: 'a'.repeat(40), siblings });
    return new Response(url.endsWith('config.json') ? '{}' : 'abc');
  };
  const told = new Set<string | null>();
  const options = { endpoint: 'https://hub.example', cache: null, retries: 0, fetch };
  await (await hubSource('a/b', { ...options, onProgress: ({ unchecked }) => told.add(unchecked) })).download();
  expect([...told]).toEqual([null, 'The Hub gives no digest of model.safetensors: only its length could be checked.']);
});
