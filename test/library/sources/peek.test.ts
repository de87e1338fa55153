/** A model on the Hub that is only looked at: its headers, by ranges, and not a byte more. */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { diskFiles } from '../../../src/host/files.node';
import { openHeaders } from '../../../src/library/memory-plan';
import { ModelCache } from '../../../src/library/sources/cache';
import { type HubOptions, hubSource } from '../../../src/library/sources/hub';
import { openModelFolder } from '../../../src/model/weights/folder';
import { fixtureBytes, memoryFiles, utf8 } from '../../setup/checkpoints';
import { type HubServer, startHub } from '../../setup/hub-server';

const ID = 'lab/tiny-chat';
const SHA = 'aaaabbbbccccddddeeeeffff0000111122223333';
const NAMES = ['config.json', 'tokenizer.json', 'tokenizer_config.json', 'model.safetensors'];

let hub: HubServer;
let folder: string;
beforeAll(async () => {
  hub = await startHub();
});
afterAll(() => hub.close());
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'antisd-peek-'));
  const files = Object.fromEntries(NAMES.map((name) => [name, fixtureBytes('tiny-chat', name)]));
  hub.repositories.set(ID, { sha: SHA, revisions: ['main'], files, largeFrom: 20_000 });
  hub.seen.length = 0;
  hub.faults.clear();
});
afterEach(() => rm(folder, { recursive: true }));

const source = (options: Partial<HubOptions> = {}) =>
  hubSource(ID, { endpoint: hub.endpoint, cache: new ModelCache(diskFiles(folder)), backoffMs: 2, ...options });
const sent = () => hub.seen.reduce((sum, request) => sum + request.sent, 0);

it('reads config.json and the weights’ header, and keeps nothing', async () => {
  const { config, tensors } = await openHeaders(await source({ peek: true }));
  const whole = await openModelFolder(
    memoryFiles(Object.fromEntries(NAMES.map((name) => [name, fixtureBytes('tiny-chat', name)]))),
  );
  expect(config).toEqual(whole.config);
  expect([...tensors.keys()].sort()).toEqual([...whole.tensors.keys()].sort());
  expect(hub.requestsFor('tokenizer.json')).toEqual([]);
  expect(hub.requestsFor('model.safetensors').every(({ range }) => range !== null)).toBe(true);
  expect(sent()).toBeLessThan(6000); // of 57,000
  expect(await readdir(folder)).toEqual([]);
});

it('reads a value too, where it is asked for one', async () => {
  const { tensors } = await openHeaders(await source({ peek: true }));
  const norm = await tensors.get('model.norm.weight')?.rows(0, 32);
  expect(norm).toEqual(new Float32Array(32).fill(1));
});

it('takes what the cache has', async () => {
  await (await source()).download();
  hub.seen.length = 0;
  await openHeaders(await source({ peek: true }));
  expect(sent()).toBe(0); // the listing of the API is not counted
});

it('reads the headers of shards', async () => {
  const bytes = fixtureBytes('tiny-chat', 'model.safetensors');
  const header = JSON.parse(
    new TextDecoder().decode(bytes.subarray(8, 8 + Number(new DataView(bytes.buffer).getBigUint64(0, true)))),
  );
  const names = Object.keys(header).filter((name) => name !== '__metadata__');
  const index = { weight_map: Object.fromEntries(names.map((name) => [name, 'model-00001-of-00001.safetensors'])) };
  const files = {
    'config.json': fixtureBytes('tiny-chat', 'config.json'),
    'model.safetensors.index.json': utf8(JSON.stringify(index)),
    'model-00001-of-00001.safetensors': bytes,
  };
  hub.repositories.set(ID, { sha: SHA, revisions: ['main'], files, largeFrom: 20_000 });
  expect((await openHeaders(await source({ peek: true }))).tensors.size).toBe(names.length);
  expect(hub.requestsFor('model.safetensors.index.json')).toHaveLength(1);
  expect(sent()).toBeLessThan(8000);
});

it('stops reading where a server forgets its ranges', async () => {
  hub.faults.set('model.safetensors', [{ ignoreRange: true }, { ignoreRange: true }, { ignoreRange: true }]);
  hub.pace = { chunk: 1024, pause: 5 };
  expect((await openHeaders(await source({ peek: true }))).tensors.size).toBeGreaterThan(10);
  hub.pace = { chunk: 16 * 1024, pause: 0 };
  expect(sent()).toBeLessThan(20_000);
});

it('says that a model is gated', async () => {
  (hub.repositories.get(ID) as { gated?: boolean }).gated = true;
  const looking = async (token?: string) => openHeaders(await source({ peek: true, token }));
  await expect(looking()).rejects.toMatchObject({ kind: 'denied', message: expect.stringMatching(/is gated/) });
  expect((await looking(hub.token)).config.layers).toBe(2);
});
