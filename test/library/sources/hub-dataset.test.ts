/** Datasets from a small Hub: names, which files, the cache, the pinned name. */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { diskFiles } from '../../../src/host/files.node';
import { BENCHMARKS } from '../../../src/library/benchmarks';
import { resolveData } from '../../../src/library/data-files';
import { ModelCache } from '../../../src/library/sources/cache';
import { datasetName, parseDatasetId } from '../../../src/library/sources/dataset-id';
import { chooseData } from '../../../src/library/sources/hub-dataset';
import { utf8 } from '../../setup/checkpoints';
import { closedPort, type HubServer, startHub } from '../../setup/hub-server';

const SHA = 'cafe'.repeat(10);
const row = (question: string) => utf8(`{"question": "${question}", "answer": "#### 1"}\n`);

let hub: HubServer;
let folder: string;
beforeAll(async () => {
  hub = await startHub();
});
afterAll(() => hub.close());
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'antisd-data-'));
  hub.seen.length = 0;
  hub.faults.clear();
  hub.repositories.set('openai/gsm8k', {
    sha: SHA,
    revisions: ['main'],
    dataset: true,
    largeFrom: 1,
    files: {
      'README.md': utf8('x'),
      'dataset_infos.json': utf8('{}'),
      'main/test-00000-of-00001.jsonl': row('test'),
      'main/train-00000-of-00002.jsonl': row('train 0'),
      'main/train-00001-of-00002.jsonl': row('train 1'),
      'socratic/test-00000-of-00001.jsonl': row('other'),
    },
  });
});
afterEach(() => rm(folder, { recursive: true }));

const host = (endpoint = hub.endpoint) => ({
  hub: { endpoint, cache: new ModelCache(diskFiles(folder)), backoffMs: 1, retries: 0 },
});
const texts = async (name: string, purpose: 'train' | 'eval', from = host()) => {
  const found = await resolveData(name, purpose, from);
  const read = async (file: { size: number; read(a: number, b: number): Promise<Uint8Array> }) =>
    JSON.parse(new TextDecoder().decode(await file.read(0, file.size))).question;
  return { pinned: found?.pinned, read: await Promise.all((found?.files ?? []).map(read)) };
};

it('a short name is the test split for an evaluation and the training split, all its shards, for a run', async () => {
  expect(await texts('gsm8k', 'eval')).toEqual({
    pinned: `openai/gsm8k@${SHA}:main/test-00000-of-00001.jsonl`,
    read: ['test'],
  });
  const { pinned, read } = await texts('gsm8k', 'train');
  expect([pinned, read]).toEqual([`openai/gsm8k@${SHA}:main/train`, ['train 0', 'train 1']]);
  // The pinned name is the same files, from the cache and without the Hub.
  const asked = hub.seen.length;
  expect(await texts(pinned as string, 'eval', host(await closedPort()))).toEqual({ pinned, read });
  expect(hub.seen).toHaveLength(asked);
  expect(await readdir(join(folder, 'datasets/openai/gsm8k'))).toEqual([SHA]);
});

it('a download that was cut goes on, and one whose bytes are others’ is refused', async () => {
  const file = 'main/test-00000-of-00001.jsonl';
  hub.faults.set(file, [{ cutAfter: 10 }]);
  await expect(texts('gsm8k', 'eval')).rejects.toThrow();
  expect((await texts('gsm8k', 'eval')).read).toEqual(['test']);
  expect(hub.requestsFor('test-00000-of-00001.jsonl').at(-1)?.range).toMatch(/^bytes=10-/);
});

it('parts that are not told apart are named, and so is what there is in the place of one that is not', async () => {
  await expect(texts('openai/gsm8k', 'eval')).rejects.toThrow(
    /several parts: main\/test, socratic\/test.*gsm8k:main\/test/,
  );
  await expect(texts('openai/gsm8k:medium', 'eval')).rejects.toThrow(
    /no .*file of the part "medium".*It has: main\/test/,
  );
  await expect(texts('openai/nothing', 'eval')).rejects.toThrow(/no public dataset openai\/nothing/);
  hub.repositories.set('a/model', { sha: SHA, revisions: ['main'], files: {}, largeFrom: 1 });
  await expect(texts('a/model', 'eval')).rejects.toThrow(/no public dataset a\/model/);
});

it('names are read as they are written, and what is a path, a task or a weight is none', () => {
  const names = ['a/b', 'a/b@main', 'a/b:main/test', `a/b@${SHA}:x.parquet`, 'a/b@refs/convert/parquet:default/train'];
  for (const name of names) expect(datasetName(parseDatasetId(name) as never)).toBe(name);
  for (const name of ['two-cards', 'a/b.jsonl', './a/b', 'a/b:2', 'a/b:../x', 'a/b/c', 'a/b:', 'dropped:x', ''])
    expect(parseDatasetId(name)).toBeNull();
  expect(parseDatasetId('https://huggingface.co/datasets/a/b/blob/main/data/t.parquet')).toEqual({
    id: 'a/b',
    revision: 'main',
    part: 'data/t.parquet',
  });
  expect(parseDatasetId('https://huggingface.co/a/b')).toBeNull();
  for (const { dataset } of BENCHMARKS) expect(parseDatasetId(dataset)).not.toBeNull();
});

it.each([
  ['one file', ['aime_2024_problems.parquet'], null, 'eval', ['aime_2024_problems.parquet']],
  [
    'the split that is there',
    ['data/train-00000-of-00001.parquet'],
    null,
    'eval',
    ['data/train-00000-of-00001.parquet'],
  ],
  ['of two formats parquet', ['test.jsonl', 'test.parquet'], null, 'eval', ['test.parquet']],
  ['a config’s folder', ['O/OE_en/OE_en.parquet', 'O/TP_en/TP_en.parquet'], 'OE_en', 'eval', ['O/OE_en/OE_en.parquet']],
  ['a split named', ['data/test.jsonl', 'data/train.jsonl'], 'train', 'eval', ['data/train.jsonl']],
] as const)('%s', (_, names, part, purpose, wanted) => {
  const listing = names.map((name) => ({ name, size: 1, sha256: null, gitSha1: null }));
  expect(chooseData(listing, part, purpose, 'a/b').map(({ name }) => name)).toEqual(wanted);
});
