/** Downloads from a small Hub that fails on purpose: bytes, requests and messages. */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { joined, readWhole } from '../../../src/data/bytes';
import { BadInput } from '../../../src/data/errors';
import type { Files } from '../../../src/host/files';
import { diskFiles } from '../../../src/host/files.node';
import { ModelCache } from '../../../src/library/sources/cache';
import { type HubOptions, hubSource } from '../../../src/library/sources/hub';
import type { DownloadProgress } from '../../../src/library/sources/progress';
import { closedPort, type HubServer, noise, sha256, startHub } from '../../setup/hub-server';

const ID = 'lab/tiny';
const SHA = '0123456789abcdef0123456789abcdef01234567';
const MB = 1024 * 1024;
const text = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
const WEIGHTS = noise(6 * MB + 123);
const FILES: Record<string, Uint8Array> = {
  '.gitattributes': text('x'),
  'README.md': text('read me'),
  'config.json': text({ model_type: 'qwen3' }),
  'tokenizer.json': noise(5000, 2),
  'tokenizer_config.json': text({}),
  'pytorch_model.bin': noise(1000, 3),
  'model.safetensors': WEIGHTS,
};

let hub: HubServer;
let folder: string;
let files: Files;
let cache: ModelCache;
let progress: DownloadProgress[];

beforeAll(async () => {
  hub = await startHub();
});
afterAll(() => hub.close());
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'antisd-hub-'));
  files = diskFiles(folder);
  cache = new ModelCache(files);
  progress = [];
  hub.repositories.clear();
  hub.repositories.set(ID, {
    sha: SHA,
    revisions: ['main', 'v1.0', 'refs/pr/7'],
    files: { ...FILES },
    largeFrom: 4000,
  });
  hub.seen.length = 0;
  hub.faults.clear();
  hub.edition = 1;
  hub.pace = { chunk: 16 * 1024, pause: 0 };
});
afterEach(() => rm(folder, { recursive: true }));

const open = (name = ID, options: Partial<HubOptions> = {}) =>
  hubSource(name, {
    endpoint: hub.endpoint,
    cache,
    backoffMs: 2,
    onProgress: (p) => progress.push(p),
    ...options,
  });
const inCache = (name: string) => join(folder, 'models', ID, SHA, name);
const sentFor = (name: string) => hub.requestsFor(name).reduce((sum, s) => sum + s.sent, 0);
/** Equal bytes in the cache; by digest, for toEqual takes a minute over megabytes. */
const expectFile = async (name: string, bytes: Uint8Array) =>
  expect([name, sha256(await readFile(inCache(name)))]).toEqual([name, sha256(bytes)]);
/** The error that a promise ends with. */
const errorOf = async (promise: Promise<unknown>): Promise<Error & { kind?: string }> =>
  promise.then(
    () => expect.fail('it should have thrown'),
    (error) => error as Error,
  );

describe('a whole model', () => {
  it('brings the needed files and no other, byte for byte, through the CDN', async () => {
    const source = await open();
    expect(await source.list()).toEqual([
      'config.json',
      'model.safetensors',
      'tokenizer.json',
      'tokenizer_config.json',
    ]);
    await source.download();
    for (const name of await source.list()) await expectFile(name, FILES[name]);
    expect((await readdir(join(folder, 'models', ID, SHA))).sort()).toEqual(
      [...(await source.list()), 'manifest.json'].sort(),
    );
    expect(hub.requestsFor('model.safetensors').map((s) => s.host)).toEqual(['cdn']);
    expect(hub.requestsFor('config.json').map((s) => s.host)).toEqual(['hub']);
    const weights = await source.open('model.safetensors');
    expect(weights?.size).toBe(WEIGHTS.length);
    expect(await weights?.read(MB - 3, MB + 5)).toEqual(WEIGHTS.slice(MB - 3, MB + 5));
    expect(await source.open('model.gguf')).toBeNull();
  });

  it('pins the revision to its commit, and downloads nothing twice', async () => {
    const first = await open(`${ID}@v1.0`);
    expect([first.revision, first.sha, first.offline]).toEqual(['v1.0', SHA, false]);
    await first.download();
    hub.seen.length = 0;
    await (await open(`${ID}@v1.0`)).download();
    expect(hub.seen.map((s) => s.path)).toEqual([`/api/models/${ID}/revision/v1.0`]);
    hub.seen.length = 0;
    await (await open(`${ID}@${SHA}`)).download();
    expect(hub.seen).toEqual([]); // a commit that is known needs no question
    expect((await open(`${ID}@refs/pr/7`)).sha).toBe(SHA);
  });

  it('tells progress up to the last byte', async () => {
    hub.pace = { chunk: 256 * 1024, pause: 15 };
    await (await open()).download();
    const total = ['config.json', 'tokenizer.json', 'tokenizer_config.json', 'model.safetensors']
      .map((name) => FILES[name].length)
      .reduce((a, b) => a + b);
    expect(progress.at(-1)).toMatchObject({
      state: 'done',
      file: 'model.safetensors',
      totalReceived: total,
      totalSize: total,
    });
    const rates = progress
      .filter((p) => p.file === 'model.safetensors' && p.state === 'downloading')
      .map((p) => p.rate);
    expect(rates.length).toBeGreaterThan(1);
    // 256 KiB every 15 ms and more: at most 17.5 MB/s, and a machine under load reaches a part of it.
    expect(Math.max(...rates)).toBeGreaterThan(5e5);
    expect(Math.max(...rates)).toBeLessThan(60e6);
    const received = progress.map((p) => p.totalReceived);
    expect(received).toEqual([...received].sort((a, b) => a - b));
  });

  it('downloads once for two at the same time', async () => {
    hub.pace = { chunk: 64 * 1024, pause: 1 };
    const other = new ModelCache(diskFiles(folder));
    const [a, b] = [await open(), await open(ID, { cache: other })];
    await Promise.all([a.download(), b.download()]);
    for (const name of await a.list()) expect(sentFor(name)).toBe(FILES[name].length);
    expect(progress.some((p) => p.state === 'waiting')).toBe(true);
    await expectFile('model.safetensors', WEIGHTS);
  });

  it('reads shards by their index', async () => {
    const shard = (n: number) => `model-0000${n}-of-00002.safetensors`;
    const index = text({ weight_map: { a: shard(2), b: shard(1), c: shard(2) } });
    const { 'model.safetensors': _, ...rest } = FILES;
    const repository = hub.repositories.get(ID);
    if (repository)
      repository.files = {
        ...rest,
        'model.safetensors.index.json': index,
        [shard(1)]: noise(5000, 4),
        [shard(2)]: noise(5001, 5),
        'model-00001-of-00001.fp16.safetensors': noise(10, 6),
      };
    const source = await open();
    await source.download();
    expect((await source.list()).filter((name) => name.startsWith('model'))).toEqual([
      shard(1),
      shard(2),
      'model.safetensors.index.json',
    ]);
    expect(await readWhole(source, shard(2))).toEqual(noise(5001, 5));
    if (repository) delete repository.files[shard(2)];
    await cache.remove(ID);
    expect((await errorOf(open())).message).toContain(`names a file that the repository does not have: ${shard(2)}`);
  });
});

describe('GGUF', () => {
  beforeEach(() => {
    const names = [
      'tiny-Q4_K_M.gguf',
      'tiny-Q8_0.gguf',
      'tiny-q4_0.gguf',
      'mmproj-tiny-Q8_0.gguf',
      'big-F16-00001-of-00002.gguf',
      'big-F16-00002-of-00002.gguf',
    ];
    hub.repositories.set('lab/tiny-GGUF', {
      sha: SHA,
      revisions: ['main'],
      files: Object.fromEntries(names.map((name, i) => [name, noise(4096 + i, 10 + i)])),
      largeFrom: 4000,
    });
  });

  it('picks one file by its name or its quantisation, and downloads only that', async () => {
    for (const name of ['lab/tiny-GGUF/tiny-Q4_K_M.gguf', 'lab/tiny-GGUF:Q4_K_M', 'lab/tiny-GGUF:q4_k_m@main']) {
      expect(await (await open(name)).list()).toEqual(['tiny-Q4_K_M.gguf']);
    }
    expect(await (await open('lab/tiny-GGUF:Q8_0')).list()).toEqual(['tiny-Q8_0.gguf']);
    expect(await (await open('lab/tiny-GGUF@main:Q4_0')).list()).toEqual(['tiny-q4_0.gguf']);
    const source = await open('lab/tiny-GGUF:Q4_K_M');
    await source.download();
    expect(await readWhole(source, 'tiny-Q4_K_M.gguf')).toEqual(noise(4096, 10));
    expect(hub.seen.filter((s) => s.host === 'cdn')).toHaveLength(1);
  });

  it('says what there is where the name fits none, several, or a split one', async () => {
    expect((await errorOf(open('lab/tiny-GGUF:Q5_K_M'))).message).toMatch(
      /no GGUF file of quantisation Q5_K_M .*Name one of its files: tiny-Q4_K_M\.gguf, tiny-Q8_0\.gguf/,
    );
    expect((await errorOf(open('lab/tiny-GGUF'))).message).toMatch(
      /no model\.safetensors .*add one to the name, as in lab\/tiny-GGUF\/tiny-Q4_K_M\.gguf/,
    );
    expect((await errorOf(open('lab/tiny-GGUF:F16'))).message).toMatch(
      /F16 is split over several .*gguf-split --merge/,
    );
    expect((await errorOf(open('lab/tiny:Q4_K_M'))).message).toContain('It has no GGUF files at all');
  });
});

describe('a bad line', () => {
  it('goes on where the connection was cut, and fetches no byte twice', async () => {
    hub.faults.set('model.safetensors', [{ cutAfter: MB }, { cutAfter: 2 * MB }]);
    await (await open()).download();
    const requests = hub.requestsFor('model.safetensors');
    expect(requests.map((s) => s.range)).toEqual([null, `bytes=${MB}-`, `bytes=${3 * MB}-`]);
    expect(sentFor('model.safetensors')).toBe(WEIGHTS.length);
    await expectFile('model.safetensors', WEIGHTS);
    expect(progress.filter((p) => p.state === 'retrying').length).toBe(2);
    expect(progress.find((p) => p.state === 'retrying')?.reason).toBeTruthy();
  });

  it('gives up after some attempts, keeps what came, and goes on the next time', async () => {
    hub.faults.set('model.safetensors', [{ cutAfter: MB }, { status: 500 }, { status: 502 }, { status: 503 }]);
    const error = await errorOf((await open(ID, { retries: 2 })).download());
    expect(error).toBeInstanceOf(BadInput);
    expect(error.message).toMatch(/The download of model\.safetensors stopped: the server answered 502/);
    expect(error.message).toContain('What has come is kept (1.0 MB of 6.3 MB)');
    expect(await cache.commit(ID, SHA).open('model.safetensors')).toBeNull();
    hub.faults.clear();
    hub.seen.length = 0;
    await (await open()).download();
    expect(hub.requestsFor('model.safetensors').map((s) => s.range)).toEqual([`bytes=${MB}-`]);
    await expectFile('model.safetensors', WEIGHTS);
  });

  it('waits as long as a busy server asks', async () => {
    hub.faults.set('api', [{ status: 429, headers: { 'retry-after': '1' } }]);
    hub.faults.set('model.safetensors', [{ status: 503, headers: { 'retry-after': '0' } }, { status: 408 }]);
    const waits: unknown[] = [];
    const { setTimeout: wait } = globalThis;
    // fetch gives its own timers arguments, and throws seconds later, outside of any test, where they are lost.
    vi.stubGlobal('setTimeout', (then: (...given: unknown[]) => void, ms: number, ...given: unknown[]) => {
      waits.push(ms);
      return wait(then, ms === 1000 ? 0 : ms, ...given);
    });
    await (await open()).download().finally(() => vi.unstubAllGlobals());
    expect(waits.filter((ms) => ms === 1000)).toHaveLength(1);
    await expectFile('model.safetensors', WEIGHTS);
  });

  it('cuts a connection that went silent, and goes on', async () => {
    hub.faults.set('tokenizer.json', [{ cutAfter: 1000, hang: true }]);
    await (await open(ID, { stallMs: 1000 })).download();
    expect(hub.requestsFor('tokenizer.json').map((s) => s.range)).toEqual([null, 'bytes=1000-']);
    await expectFile('tokenizer.json', FILES['tokenizer.json']);
    expect(progress.find((p) => p.state === 'retrying')?.reason).toContain('no byte for 1 s');
  });

  it('goes on with a server that ignores ranges', async () => {
    hub.faults.set('model.safetensors', [{ cutAfter: 2 * MB }, { ignoreRange: true }]);
    await (await open()).download();
    expect(hub.requestsFor('model.safetensors').map((s) => s.sent)).toEqual([2 * MB, WEIGHTS.length]);
    await expectFile('model.safetensors', WEIGHTS);
  });

  it('begins again when the etag has changed', async () => {
    hub.faults.set('model.safetensors', [{ cutAfter: 5 * MB }, ...Array(9).fill({ status: 500 })]);
    await errorOf((await open(ID, { retries: 1 })).download());
    hub.faults.clear();
    hub.edition = 2;
    hub.seen.length = 0;
    await (await open()).download();
    // The answer with the new etag is not the end of the old bytes: nothing of it is taken.
    expect(hub.requestsFor('model.safetensors').map((s) => s.range)).toEqual([`bytes=${5 * MB}-`, null]);
    await expectFile('model.safetensors', WEIGHTS);
    const manifest = await cache.commit(ID, SHA).manifest();
    expect(manifest?.files['model.safetensors']).toMatchObject({
      complete: true,
      etag: expect.stringMatching(/^"cdn-2-/),
    });
  });

  it('asks the Hub for a new signed address when the CDN says that the old one has run out', async () => {
    hub.faults.set('model.safetensors', [{ cutAfter: MB }, { status: 403 }]);
    await (await open()).download();
    await expectFile('model.safetensors', WEIGHTS);
  });

  it('says that it is offline, and opens what the cache has', async () => {
    const nowhere = { endpoint: await closedPort(), retries: 1 };
    const error = await errorOf(open(ID, nowhere));
    expect(error).toMatchObject({ kind: 'offline' });
    expect(error.message).toMatch(
      /The Hub could not be reached: fetch failed: ECONNREFUSED \(lab\/tiny@main, http:.*\)\. Check the connection/,
    );
    await (await open()).open('config.json');
    const source = await open(ID, nowhere);
    expect([source.offline, source.sha]).toEqual([true, SHA]);
    expect(await readWhole(source, 'config.json')).toEqual(FILES['config.json']);
    expect((await errorOf(source.download())).message).toMatch(/The download of tokenizer\.json stopped: fetch failed/);
    expect((await errorOf(open(`${ID}@v1.0`, nowhere))).message).toContain('could not be reached');
  });

  it('stops at once when cancelled, keeps what came, and goes on the next time', async () => {
    hub.pace = { chunk: 64 * 1024, pause: 3 };
    const stop = new AbortController();
    const source = await open(ID, {
      signal: stop.signal,
      onProgress: (p) => {
        if (p.file === 'model.safetensors' && p.received > MB) stop.abort();
      },
    });
    const error = await errorOf(source.download());
    expect(error).toMatchObject({ kind: 'cancelled' });
    expect(error.message).toMatch(
      /The download was cancelled \(lab\/tiny\/model\.safetensors\)\. What has come is kept/,
    );
    const kept = await files.size(`models/${ID}/${SHA}/model.safetensors`);
    expect(kept).toBeGreaterThan(MB);
    expect(kept).toBeLessThan(WEIGHTS.length);
    hub.seen.length = 0;
    hub.pace.pause = 0;
    await (await open()).download();
    expect(hub.requestsFor('model.safetensors').map((s) => s.range)).toEqual([`bytes=${kept}-`]);
    await expectFile('model.safetensors', WEIGHTS);
    expect((await errorOf(open(ID, { signal: AbortSignal.abort() }))).message).toContain('was cancelled');
  });
});

describe('bytes that are not the right ones', () => {
  it('deletes a corrupt file and says so; the next download is whole', async () => {
    for (const name of ['model.safetensors', 'config.json']) {
      hub.faults.set(name, [{ corruptAt: 7 }]);
      const error = await errorOf((await open()).download());
      expect(error).toMatchObject({ kind: 'corrupt' });
      expect(error.message).toMatch(
        name === 'config.json'
          ? /config\.json is corrupt: its git SHA-1 is [0-9a-f]{12}…, the Hub lists [0-9a-f]{12}…/
          : /model\.safetensors is corrupt: its sha256 is [0-9a-f]{12}…, the Hub lists [0-9a-f]{12}…/,
      );
      expect(error.message).toContain('The file was deleted. Download it again');
      expect(await files.size(`models/${ID}/${SHA}/${name}`)).toBe(0);
      await (await open()).download();
      await expectFile(name, FILES[name]);
      await cache.remove(ID);
    }
  });

  it('finds bytes that were damaged on disk before a download was continued', async () => {
    hub.faults.set('model.safetensors', [{ cutAfter: MB }, { status: 500 }]);
    await errorOf((await open(ID, { retries: 1 })).download());
    const half = await readFile(inCache('model.safetensors'));
    half[1000] ^= 1;
    await writeFile(inCache('model.safetensors'), half);
    expect(await errorOf((await open()).download())).toMatchObject({ kind: 'corrupt' });
  });

  it('refuses a file of the wrong length, shorter or longer, at once or after a cut', async () => {
    const wrong = [WEIGHTS.slice(0, 5 * MB), joined([WEIGHTS.slice(0, 10), WEIGHTS])];
    for (const bytes of wrong) {
      for (const faults of [[], [{ cutAfter: MB }]]) {
        hub.faults.set('model.safetensors', [...faults, { bytes }, { bytes }, { bytes }]);
        const error = await errorOf((await open()).download());
        expect(error).toMatchObject({ kind: 'length' });
        expect(error.message).toMatch(/model\.safetensors has the wrong length: (more|\d+) bytes instead of 6291579/);
        expect(error.message).toContain('What came was deleted');
        expect(await files.size(`models/${ID}/${SHA}/model.safetensors`)).toBe(0);
      }
    }
    hub.faults.clear();
    await (await open()).download();
    await expectFile('model.safetensors', WEIGHTS);
  });
});

describe('who may have it', () => {
  const messageOf = async (name: string, token?: string) => {
    const error = await errorOf(open(name, { token }).then((source) => source.download()));
    expect(error).toBeInstanceOf(BadInput);
    return `${error.kind}: ${error.message}`;
  };

  it('says what is missing: the model, the revision, the file', async () => {
    expect(await messageOf('lab/nothing')).toMatch(
      /^not-found: There is no public model lab\/nothing \(lab\/nothing@main, http:.*\)\. Check the spelling.*HF_TOKEN=hf_/,
    );
    expect(await messageOf(`${ID}@v2`)).toMatch(
      /^not-found: lab\/tiny has no revision "v2" .*Give a branch, a tag or a commit/,
    );
    hub.faults.set('config.json', [{ status: 404 }]);
    expect(await messageOf(ID)).toMatch(/^not-found: lab\/tiny has no file config\.json /);
    expect(await messageOf('nothing')).toMatch(/^not-found: "nothing" is no name of a model on the Hub/);
  });

  it('says how to get into a gated model, and gets in with the right token', async () => {
    const repository = hub.repositories.get(ID);
    if (repository) repository.gated = true;
    expect(await messageOf(ID)).toMatch(
      /^denied: lab\/tiny is gated: its owner wants to know .*Open http:.*\/lab\/tiny in a browser, sign in and accept.*give a token from https:\/\/huggingface\.co\/settings\/tokens/,
    );
    expect(await messageOf(ID, 'hf_other')).toMatch(/^denied: lab\/tiny is gated, and this token has no access to it/);
    await (await open(ID, { token: ' hf_right\n' })).download();
    await expectFile('model.safetensors', WEIGHTS);
    // The token goes to the Hub, and not over the redirect to the CDN.
    const last = hub.seen.slice(-2);
    expect(last.map((s) => [s.host, s.authorization])).toEqual([
      ['hub', 'Bearer hf_right'],
      ['cdn', null],
    ]);
  });

  it('says that a token is wrong, or that a private model needs one', async () => {
    expect(await messageOf(ID, 'hf_wrong')).toMatch(
      /^denied: The Hub refuses the token .*Check it, or give a new one from/,
    );
    expect(await messageOf(ID, 'hf_wr ong')).toMatch(/^denied: The token has characters that no token has/);
    const repository = hub.repositories.get(ID);
    if (repository) repository.private = true;
    expect(await messageOf(ID)).toMatch(
      /^not-found: There is no public model lab\/tiny .*If it is private, give a token/,
    );
    expect((await open(ID, { token: hub.token })).sha).toBe(SHA);
  });

  it('tells a server that is no Hub', async () => {
    hub.faults.set('api', [{ bytes: text('<html>Log in to this network</html>') }]);
    expect(await messageOf(ID)).toMatch(/^server: The answer is not that of a Hub.*HF_ENDPOINT/);
    expect((await errorOf(open(ID, { endpoint: 'huggingface.co' }))).message).toContain('must begin with https://');
    const { message } = await errorOf(open(ID, { endpoint: 'https://me:secret@mirror.example/' }));
    expect(message).toMatch(/has a name or a password in it, which is not sent \(mirror\.example\)/);
    expect(message).not.toContain('secret');
  });
});

describe('a full disk', () => {
  const fullAfter = (blocks: number, error: unknown): Files => {
    let left = blocks;
    const rest = diskFiles(folder);
    return {
      ...rest,
      appendBytes: (path, bytes) => {
        if (!path.endsWith('.safetensors')) return rest.appendBytes(path, bytes);
        return left-- > 0 ? rest.appendBytes(path, bytes) : Promise.reject(error);
      },
    };
  };
  const quota = new DOMException('The operation failed because it would exceed the quota', 'QuotaExceededError');
  const noSpace = Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });

  it('goes on from memory, says so, and gives the room back', async () => {
    for (const [blocks, error] of [
      [0, quota],
      [1, noSpace],
    ] as const) {
      await rm(join(folder, 'models'), { recursive: true, force: true });
      [progress.length, hub.seen.length] = [0, 0];
      const source = await open(ID, { cache: new ModelCache(fullAfter(blocks, error), 'the test disk') });
      await source.download();
      expect(await readWhole(source, 'model.safetensors').then((b) => sha256(b ?? new Uint8Array()))).toBe(
        sha256(WEIGHTS),
      );
      expect((await source.open('model.safetensors'))?.where).toContain('in memory');
      expect(sentFor('model.safetensors')).toBe(WEIGHTS.length);
      expect(progress.at(-1)?.inMemory).toBe(
        'The place for models is full (the test disk): the model is kept in memory and has to be downloaded again next time.',
      );
      expect(progress[0].inMemory).toBeNull();
      expect(await readdir(join(folder, 'models', ID, SHA))).not.toContain('model.safetensors');
      await expectFile('config.json', FILES['config.json']);
    }
  });

  it('needs no cache at all', async () => {
    const source = await open(ID, { cache: null });
    hub.faults.set('model.safetensors', [{ cutAfter: MB }]);
    await source.download();
    expect(sha256((await readWhole(source, 'model.safetensors')) ?? new Uint8Array())).toBe(sha256(WEIGHTS));
    expect(sentFor('model.safetensors')).toBe(WEIGHTS.length);
    expect(progress.at(-1)?.inMemory).toContain('lets the lab store nothing');
    expect(await readdir(folder)).toEqual([]);
  });

  it('does not take a fault of the program for a full disk', async () => {
    const broken = open(ID, { cache: new ModelCache(fullAfter(0, new Error('a bug'))) });
    expect((await errorOf(broken.then((source) => source.download()))).message).toBe('a bug');
  });
});
