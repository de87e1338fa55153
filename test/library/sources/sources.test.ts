/** Folders, drops, addresses on the web, and what a typed name means. */
import { chmod, mkdir, mkdtemp, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readWhole } from '../../../src/data/bytes';
import { diskFiles } from '../../../src/host/files.node';
import { ModelCache } from '../../../src/library/sources/cache';
import { cacheFolder, diskSource, hubOptions } from '../../../src/library/sources/cache.node';
import { droppedSource } from '../../../src/library/sources/dropped';
import { fileSource, folderSource } from '../../../src/library/sources/folder.node';
import { type HubId, hubName, parseHubAddress, parseHubId } from '../../../src/library/sources/hub-id';
import { MemoryFile } from '../../../src/library/sources/memory-file';
import { resolveModelSource } from '../../../src/library/sources/resolve';
import { urlSource } from '../../../src/library/sources/url';
import { closedPort, type HubServer, noise, startHub } from '../../setup/hub-server';

const BYTES = noise(10_000);
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'antisd-sources-'));
});
afterEach(() => rm(folder, { recursive: true }));

describe('a folder on disk', () => {
  it('lists its files and reads ranges', async () => {
    await writeFile(join(folder, 'b.safetensors'), BYTES);
    await writeFile(join(folder, 'a.json'), '{}');
    await mkdir(join(folder, 'deeper'));
    await writeFile(join(folder, 'deeper/c'), 'c');
    const source = await folderSource(folder);
    expect(await source.list()).toEqual(['a.json', 'b.safetensors']);
    const file = await source.open('b.safetensors');
    expect(file?.size).toBe(BYTES.length);
    expect(await file?.read(10, 5000)).toEqual(BYTES.slice(10, 5000));
    expect(await file?.read(7, 7)).toEqual(new Uint8Array(0));
    expect(await readWhole(source, 'deeper/c')).toEqual(new TextEncoder().encode('c'));
    for (const name of ['none', 'deeper', '../x', '/etc/hostname', 'deeper/../../x'])
      expect(await source.open(name)).toBeNull();
  });

  it('says what is wrong', async () => {
    await expect(folderSource(join(folder, 'none'))).rejects.toThrow(
      /There is no such folder \(.*none\)\. Check the path/,
    );
    await writeFile(join(folder, 'x.gguf'), BYTES);
    await expect(folderSource(join(folder, 'x.gguf'))).rejects.toThrow('This is a file and no folder');
    await expect(fileSource(folder)).rejects.toThrow('This is a folder and no file');
    await symlink('circle', join(folder, 'circle'));
    await expect(diskSource(join(folder, 'circle'))).rejects.toThrow('This cannot be read (ELOOP)');
    for (const nothing of ['none', 'x.gguf/none', 'x'.repeat(300), 'x\u0000'])
      expect(await diskSource(join(folder, nothing))).toBeNull();
    const file = await (await folderSource(folder)).open('x.gguf');
    await truncate(join(folder, 'x.gguf'), 100);
    await expect(file?.read(0, 101)).rejects.toThrow(/The file ends before byte 101 .*has become shorter/);
    await rm(join(folder, 'x.gguf'));
    await expect(file?.read(0, 1)).rejects.toThrow(/cannot be read \(ENOENT\)/);
  });

  it.skipIf(process.getuid?.() === 0)('says that a file may not be read', async () => {
    await writeFile(join(folder, 'x'), 'x');
    await chmod(join(folder, 'x'), 0);
    const file = await (await folderSource(folder)).open('x');
    await expect(file?.read(0, 1)).rejects.toThrow(/may not be read/);
  });

  it('leaves no file handle open', async () => {
    await writeFile(join(folder, 'x'), BYTES);
    const file = await (await folderSource(folder)).open('x');
    // Three times the handles that a process usually may have.
    for (let i = 0; i < 3072; i++) await file?.read(i, i + 1);
  });
});

describe('dropped files', () => {
  const dropped = (path: string, content: BlobPart = path) => ({
    path,
    file: new File([content], path.split('/').pop() ?? ''),
  });
  const chosen = (path: string): File =>
    Object.defineProperty(new File([path], path.split('/').pop() ?? ''), 'webkitRelativePath', { value: path });
  const textOf = async (source: ReturnType<typeof droppedSource>, name: string) =>
    new TextDecoder().decode((await readWhole(source, name)) ?? undefined);

  it('are one folder: that of config.json, wherever it lies', async () => {
    const source = droppedSource(
      ['m/snap/config.json', 'm/snap/model.safetensors', 'm/snap/extra/x.json', 'm/refs/main'].map(chosen),
    );
    expect([source.where, await source.list()]).toEqual(['m/snap', ['config.json', 'model.safetensors']]);
    expect(await textOf(source, 'model.safetensors')).toBe('m/snap/model.safetensors');
    expect(await textOf(source, 'extra/x.json')).toBe('m/snap/extra/x.json');
    expect(await source.open('main')).toBeNull();
  });

  it('need no folder at all', async () => {
    const source = droppedSource([new File([BYTES], 'model.safetensors'), new File(['{}'], 'config.json')]);
    expect(await source.list()).toEqual(['config.json', 'model.safetensors']);
    expect(await (await source.open('model.safetensors'))?.read(3, 9)).toEqual(BYTES.slice(3, 9));
    const gguf = droppedSource([dropped('x.gguf', BYTES)]);
    expect([gguf.where, await gguf.list()]).toEqual(['x.gguf', ['x.gguf']]);
    const two = droppedSource([dropped('d/e/x.gguf'), dropped('d/e/y.gguf')]);
    expect([two.where, await two.list()]).toEqual(['d/e', ['x.gguf', 'y.gguf']]);
  });

  it('say what is wrong', async () => {
    expect(() => droppedSource([])).toThrow(/Nothing was dropped/);
    expect(() => droppedSource([dropped('a/b/config.json'), dropped('a/c/config.json')])).toThrow(
      /more than one model here \(a\/b\/config\.json, a\/c\/config\.json\)/,
    );
    const file = await droppedSource([dropped('x.gguf', 'abc')]).open('x.gguf');
    await expect(file?.read(0, 4)).rejects.toThrow(/ends before byte 4/);
    const gone = new File(['abc'], 'x.gguf');
    gone.slice = () =>
      ({ arrayBuffer: () => Promise.reject(new DOMException('gone', 'NotReadableError')) }) as unknown as Blob;
    await expect((await droppedSource([gone]).open('x.gguf'))?.read(0, 3)).rejects.toThrow(
      /cannot be read any more .*drop it again/,
    );
  });
});

describe('an address on the web', () => {
  /** How the server treats ranges. */
  let manner: 'ranges' | 'ignores' | 'page' | 'busy' | 'changes';
  let seen: { method: string; url: string; range: string | undefined }[];
  let server: Server;
  let base: string;
  const files: Record<string, Uint8Array> = {
    '/m/config.json': new TextEncoder().encode('{}'),
    '/m/model.safetensors': BYTES,
    '/m/empty.json': new Uint8Array(0),
  };

  beforeAll(async () => {
    server = createServer(answer);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/m`;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  beforeEach(() => {
    manner = 'ranges';
    seen = [];
  });

  function answer({ method, url, headers }: IncomingMessage, response: ServerResponse): void {
    seen.push({ method: method ?? '', url: url ?? '', range: headers.range });
    const bytes = files[decodeURIComponent(new URL(url ?? '', base).pathname)];
    if (!bytes && manner === 'page')
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end('<html>');
    else if (!bytes) response.writeHead(404).end('none');
    else if (manner === 'busy' && seen.length % 2 === 1) response.writeHead(503).end();
    else {
      const range = manner === 'ignores' ? null : /^bytes=(\d+)-(\d+)$/.exec(headers.range ?? '');
      const etag = manner === 'changes' ? `"${seen.length}"` : '"1"';
      if (!range) response.writeHead(200, { etag }).end(bytes);
      else if (Number(range[1]) >= bytes.length)
        response.writeHead(416, { 'content-range': `bytes */${bytes.length}` }).end();
      else {
        const part = bytes.subarray(Number(range[1]), Number(range[2]) + 1);
        const contentRange = `bytes ${range[1]}-${Number(range[1]) + part.length - 1}/${bytes.length}`;
        response.writeHead(206, { etag, 'content-range': contentRange }).end(part);
      }
    }
  }

  it('is read by ranges', async () => {
    const source = urlSource(`${base}/`);
    expect(await source.list()).toEqual(['config.json', 'model.safetensors']);
    seen = [];
    const file = await source.open('model.safetensors');
    expect(file?.size).toBe(BYTES.length);
    expect(await file?.read(100, 900)).toEqual(BYTES.slice(100, 900));
    expect(seen.map((s) => s.range)).toEqual(['bytes=0-0', 'bytes=100-899']);
    expect(await file?.read(5, 5)).toEqual(new Uint8Array(0));
    await expect(file?.read(0, 10_001)).rejects.toThrow(/has 10000 bytes, asked for 0 to 10001/);
    expect((await source.open('empty.json'))?.size).toBe(0);
    expect(await source.open('none.json')).toBeNull();
    expect(await source.open('../m/config.json')).toBeNull();
  });

  it('may be one file, with a query that goes along', async () => {
    files['/m/x y.gguf'] = BYTES;
    const source = urlSource(`${base}/x%20y.gguf?key=1#part`);
    expect(await source.list()).toEqual(['x y.gguf']);
    expect(await (await source.open('x y.gguf'))?.read(1, 4)).toEqual(BYTES.slice(1, 4));
    expect(seen.every((s) => s.url === '/m/x%20y.gguf?key=1')).toBe(true);
    expect(await source.open('config.json')).toBeNull();
    await (await urlSource(`${base}?key=1`).open('config.json'))?.read(0, 1);
    expect(seen.at(-1)?.url).toBe('/m/config.json?key=1');
  });

  it('of a server that ignores ranges is read once, into memory', async () => {
    manner = 'ignores';
    const file = await urlSource(base).open('model.safetensors');
    const asked = seen.length;
    expect(await file?.read(9000, 10_000)).toEqual(BYTES.slice(9000));
    expect(await file?.read(0, 50)).toEqual(BYTES.slice(0, 50));
    expect(seen.length).toBe(asked);
  });

  it('is tried again while the server is busy, and not believed when it gives a page for everything', async () => {
    manner = 'busy';
    const file = await urlSource(base, fetch, { backoffMs: 1 }).open('model.safetensors');
    expect(await file?.read(1, 3)).toEqual(BYTES.slice(1, 3));
    manner = 'page';
    expect(await urlSource(base).list()).toEqual(['config.json', 'model.safetensors']);
  });

  it('says what is wrong', async () => {
    manner = 'changes';
    const file = await urlSource(base).open('model.safetensors');
    await expect(file?.read(0, 1)).rejects.toThrow('changed while it was being read');
    const nowhere = urlSource(await closedPort(), fetch, { retries: 0 });
    await expect(nowhere.open('config.json')).rejects.toThrow(
      /server could not be reached: fetch failed: ECONNREFUSED .*CORS/,
    );
    await expect(urlSource(base, fetch, { signal: AbortSignal.abort() }).open('x')).rejects.toThrow('was cancelled');
    expect(() => urlSource('ftp://x')).toThrow('no address on the web');
  });
});

describe('a name that somebody typed', () => {
  let hub: HubServer;
  beforeAll(async () => {
    hub = await startHub();
    hub.repositories.set('lab/tiny', {
      sha: 'a'.repeat(40),
      revisions: ['main', 'dev'],
      files: { 'config.json': BYTES, 'model.safetensors': BYTES, 'x-Q8_0.gguf': BYTES },
      largeFrom: 1,
    });
  });
  afterAll(() => hub.close());
  const host = () => ({
    builtIn: { nano: () => folderSource(folder) },
    path: diskSource,
    hub: { endpoint: hub.endpoint, cache: new ModelCache(diskFiles(folder)), backoffMs: 1, retries: 0 },
  });
  const kindOf = async (name: string) => (await resolveModelSource(name, host())).kind;

  it('is found out', async () => {
    await writeFile(join(folder, 'x.gguf'), BYTES);
    expect(await kindOf('nano')).toBe('built-in');
    expect(await kindOf(folder)).toBe('disk');
    const gguf = await resolveModelSource(join(folder, 'x.gguf'), host());
    expect([gguf.kind, await gguf.files.list()]).toEqual(['disk', ['x.gguf']]);
    expect(await kindOf(' lab/tiny ')).toBe('hub');
    expect(await kindOf('http://127.0.0.1:1/models/x')).toBe('web');
    const page = await resolveModelSource(`${hub.endpoint}/lab/tiny/tree/dev`, host());
    expect([page.kind, await page.files.list()]).toEqual(['hub', ['config.json', 'model.safetensors']]);
    const blob = await resolveModelSource(`${hub.endpoint}/lab/tiny/blob/main/x-Q8_0.gguf`, host());
    expect([blob.kind, await blob.files.list()]).toEqual(['hub', ['x-Q8_0.gguf']]);
  });

  it('is one clear message where it is nothing', async () => {
    await expect(kindOf('nani')).rejects.toThrow(
      'There is no model "nani" (model). Did you mean "nano"? A model is "nano", a folder with config.json, a .gguf file, an address (https://…) or a model on the Hub (org/name, as in Qwen/Qwen3-0.6B).',
    );
    for (const name of ['./lab/tiny', '../x', '/no/such', 'C:\\models\\x', 'models/x.gguf', 'a/b/c', 'constructor'])
      await expect(kindOf(name), name).rejects.toThrow(`There is no model "${name}"`);
    await expect(kindOf('')).rejects.toThrow('No model was named');
    await expect(kindOf('lab/other')).rejects.toThrow('There is no public model lab/other');
    const page = { ...host(), path: undefined };
    await expect(resolveModelSource('./x', page)).rejects.toThrow('drop them on the page');
  });

  it('has these forms on the Hub', () => {
    const forms: [string, string, string | null, unknown][] = [
      ['Qwen/Qwen3-0.6B', 'Qwen/Qwen3-0.6B', null, null],
      ['Qwen/Qwen3-0.6B@v1.0', 'Qwen/Qwen3-0.6B', 'v1.0', null],
      ['a/b@refs/pr/3', 'a/b', 'refs/pr/3', null],
      ['a/b_c:Q4_K_M', 'a/b_c', null, { quantisation: 'Q4_K_M' }],
      ['a/b/sub/x.Q8_0.gguf', 'a/b', null, { file: 'sub/x.Q8_0.gguf' }],
      ['a/b@dev/x.gguf', 'a/b', 'dev', { file: 'x.gguf' }],
      ['a/b@refs/pr/3/x.gguf', 'a/b', 'refs/pr/3', { file: 'x.gguf' }],
      ['a/b/x.gguf@dev', 'a/b', 'dev', { file: 'x.gguf' }],
    ];
    for (const [text, id, revision, gguf] of forms) {
      expect(parseHubId(text), text).toEqual({ id, revision, gguf });
      expect(parseHubId(hubName({ id, revision, gguf } as HubId)), text).toEqual({ id, revision, gguf });
    }
    for (const text of [
      '',
      'a',
      'a/',
      '/b',
      'a/b/c',
      'a/../b',
      'a/b/../x.gguf',
      'a/b//x.gguf',
      '../b',
      'a b/c',
      'a/b@x@y',
      'a/x.gguf',
      '.a/b',
      'a/b@',
      'a/b:',
    ])
      expect(parseHubId(text), text).toBeNull();
    expect(
      parseHubAddress('https://huggingface.co/a/b/resolve/main/q/x.gguf?download=true', 'https://mirror.example'),
    ).toEqual({
      id: 'a/b',
      revision: 'main',
      gguf: { file: 'q/x.gguf' },
    });
    for (const text of [
      'https://example.org/a/b',
      'https://huggingface.co/datasets/a/b',
      'https://huggingface.co/a',
      'https://huggingface.co/a/b/discussions/3',
    ])
      expect(parseHubAddress(text, 'https://huggingface.co'), text).toBeNull();
  });
});

describe('small parts', () => {
  it('the environment says where the cache is and who may have what', async () => {
    expect(cacheFolder({ ANTISD_LAB_CACHE: folder, XDG_CACHE_HOME: '/x' })).toBe(folder);
    expect(cacheFolder({ XDG_CACHE_HOME: '/x' })).toBe('/x/antisd-lab');
    for (const env of [{}, { XDG_CACHE_HOME: 'relative' }]) expect(cacheFolder(env)).toMatch(/\/\.cache\/antisd-lab$/);
    const options = hubOptions({ ANTISD_LAB_CACHE: folder, HF_TOKEN: 'hf_x', HF_ENDPOINT: 'https://mirror.example' });
    expect(options).toMatchObject({ token: 'hf_x', endpoint: 'https://mirror.example' });
    expect(options.cache?.where).toBe(folder);
  });

  it('a file in memory gives back what it was given, over the edges of its blocks', () => {
    const file = new MemoryFile();
    const bytes = noise(9 * 1024 * 1024 + 5);
    for (let at = 0; at < bytes.length; at += 1_000_003) file.append(bytes.subarray(at, at + 1_000_003));
    expect(file.length).toBe(bytes.length);
    for (const [from, to] of [
      [0, 10],
      [4194300, 4194310],
      [4194304, 8388608],
      [8388607, 9437189],
      [9437180, 99999999],
    ])
      expect(Buffer.compare(file.read(from, to), bytes.slice(from, to)), `${from}-${to}`).toBe(0);
  });
});
