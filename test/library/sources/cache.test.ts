/** The cache, its locks, and the command line over it. */
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Busy } from '../../../src/host/files';
import { diskFiles } from '../../../src/host/files.node';
import { ModelCache } from '../../../src/library/sources/cache';
import { hubSource } from '../../../src/library/sources/hub';
import { lab } from '../../setup/cli';
import { type HubServer, noise, sha256, startHub } from '../../setup/hub-server';

const [SHA, NEXT] = ['1'.repeat(40), '2'.repeat(40)];
const WEIGHTS = noise(9_000_000);
const CONFIG = noise(100);
let hub: HubServer;
let folder: string;
let cache: ModelCache;

beforeAll(async () => {
  hub = await startHub();
});
afterAll(() => hub.close());
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'antisd-cache-'));
  cache = new ModelCache(diskFiles(folder));
  hub.repositories.clear();
  hub.repositories.set('lab/tiny', {
    sha: SHA,
    revisions: ['main'],
    files: { 'config.json': CONFIG, 'model.safetensors': WEIGHTS },
    largeFrom: 1000,
  });
  hub.seen.length = 0;
  hub.faults.clear();
  hub.pace = { chunk: 64 * 1024, pause: 0 };
});
afterEach(() => rm(folder, { recursive: true }));
const download = async (id = 'lab/tiny') =>
  (await hubSource(id, { endpoint: hub.endpoint, cache, retries: 0 })).download();

describe('the cache', () => {
  it('lists models with sizes and dates, and removes them', async () => {
    const start = Date.now();
    await download();
    hub.repositories.set('lab/tiny', {
      sha: NEXT,
      revisions: ['main', 'v2'],
      files: { 'config.json': noise(50), 'model.safetensors': noise(2000) },
      largeFrom: 1000,
    });
    await download('lab/tiny@v2');
    hub.repositories.set('org/b.c', {
      sha: SHA,
      revisions: ['main'],
      files: { 'model.safetensors': WEIGHTS },
      largeFrom: 1000,
    });
    hub.faults.set('model.safetensors', [{ cutAfter: 1_000_000 }]);
    await expect(download('org/b.c')).rejects.toThrow('stopped');
    const list = await cache.list();
    expect(list.map(({ id, sha, revisions, bytes, complete }) => ({ id, sha, revisions, bytes, complete }))).toEqual([
      { id: 'lab/tiny', sha: NEXT, revisions: ['v2'], bytes: 2050, complete: true },
      { id: 'lab/tiny', sha: SHA, revisions: ['main'], bytes: 9_000_100, complete: true },
      { id: 'org/b.c', sha: SHA, revisions: ['main'], bytes: 1_000_000, complete: false },
    ]);
    expect(list[0].files).toContainEqual({ name: 'config.json', bytes: 50, size: 50, complete: true });
    for (const { date } of list) expect(Math.abs(date.getTime() - start)).toBeLessThan(60_000);
    expect(await cache.totalBytes()).toBe(10_002_150);
    expect(await cache.remove(`lab/tiny@${NEXT.slice(0, 8)}`)).toBe(2050);
    expect(await cache.remove('lab/tiny')).toBe(9_000_100);
    expect(await readdir(join(folder, 'models'))).toEqual(['org']);
    await expect(cache.remove('lab/tiny')).rejects.toThrow(/The cache has no model lab\/tiny .*It has: org\/b\.c\./);
    await expect(cache.remove('../..')).rejects.toThrow('The cache has no model');
    await expect(cache.remove('org/b.c@constructor')).rejects.toThrow('The cache has no model'); // no branch of any object
    expect(await cache.findRevision('org/b.c', 'toString')).toBeNull();
  });

  it('gives no file that was changed since, and downloads it anew', async () => {
    await download();
    const at = (name: string) => join(folder, 'models/lab/tiny', SHA, name);
    const flip = async (name: string, byte: number) => {
      const bytes = await readFile(at(name));
      bytes[byte] ^= 1;
      await writeFile(at(name), bytes);
    };
    for (const [name, byte] of [
      ['config.json', 0],
      ['model.safetensors', 5_000_001],
    ] as const) {
      await flip(name, byte);
      await expect(download()).rejects.toThrow(new RegExp(`${name} is no longer what was downloaded.*downloaded anew`));
      await download();
      expect(sha256(await readFile(at(name)))).toBe(sha256(name === 'config.json' ? CONFIG : WEIGHTS));
    }
    await flip('model.safetensors', 7);
    const found: [string, string][] = [];
    for await (const { file, found: is } of cache.verify('all')) found.push([file.split('/').at(-1) as string, is]);
    expect(found).toEqual([
      ['config.json', 'sound'],
      ['model.safetensors', 'changed'],
    ]);
    await expect(cache.verify('a/b').next()).rejects.toThrow(/The cache has no model a\/b/);
  });

  it('takes a torn manifest, and files that nobody noted, for nothing', async () => {
    await download();
    const at = (name: string) => join(folder, 'models/lab/tiny', SHA, name);
    const whole = await readFile(at('manifest.json'), 'utf8');
    await writeFile(join(folder, 'mine'), 'mine');
    for (const other of [
      '{"version": 1, "id"',
      whole.replaceAll('"config.json"', '"../../../../mine"'), // nothing outside is looked at, let alone removed
      whole.replace(/"date": "[^"]*"/, '"date": "soon"'),
    ]) {
      await writeFile(at('manifest.json'), other);
      expect(await cache.list()).toEqual([]);
      expect((await cache.verify('all').next()).done).toBe(true);
    }
    expect(await readFile(join(folder, 'mine'), 'utf8')).toBe('mine');
    await writeFile(at('model.safetensors'), 'not the model');
    await download();
    expect(sha256(await readFile(at('model.safetensors')))).toBe(sha256(WEIGHTS));
  });

  it('says that a file has gone while it was read', async () => {
    await download();
    const file = await cache.commit('lab/tiny', SHA).open('model.safetensors');
    await cache.remove('lab/tiny');
    await expect(file?.read(0, 5)).rejects.toThrow(/no longer in the cache .*Open the model again/);
  });

  it('removes nothing that is being downloaded', async () => {
    await download();
    await cache.commit('lab/tiny', SHA).downloading(async () => {
      await expect(cache.remove('lab/tiny')).rejects.toThrow(/is being downloaded by another tab or process/);
    });
    expect(await cache.remove('lab/tiny')).toBe(9_000_100);
  });

  it('loses no change of two at once', async () => {
    const commits = Array.from({ length: 8 }, () => new ModelCache(diskFiles(folder)).commit('a/b', SHA));
    await Promise.all(commits.map((c, i) => c.note(`f${i}.json`, { size: i, etag: null, complete: false })));
    expect(Object.keys((await commits[0].manifest())?.files ?? {})).toHaveLength(8);
  });
});

describe('a lock', () => {
  const lockAt = () => join(folder, 'locks/x.lock');
  const put = async (content: string, ageMs = 0) => {
    await mkdir(join(folder, 'locks'), { recursive: true });
    await writeFile(lockAt(), content);
    await utimes(lockAt(), new Date(Date.now() - ageMs), new Date(Date.now() - ageMs));
  };
  const files = () => diskFiles(folder);

  it('lets one in at a time, and the others after, also when the first fails', async () => {
    let [inside, most] = [0, 0];
    const work = async (i: number) => {
      most = Math.max(most, ++inside);
      await new Promise((resolve) => setTimeout(resolve, 5));
      inside--;
      if (i === 0) throw new Error('first');
      return i;
    };
    const results = await Promise.allSettled([0, 1, 2].map((i) => files().exclusive('x', () => work(i))));
    expect([most, results.map((r) => r.status)]).toEqual([1, ['rejected', 'fulfilled', 'fulfilled']]);
    expect(await readdir(folder)).not.toContain('locks');
  });

  it('can be asked after without being taken, also by several at once', async () => {
    const asked = () => Promise.all([0, 1, 2].map(() => files().isHeld('x')));
    expect(await asked()).toEqual([false, false, false]);
    await files().exclusive('x', async () => expect(await asked()).toEqual([true, true, true]));
    expect(await asked()).toEqual([false, false, false]);
    await put(`${process.pid} ${hostname()} 1-0`); // a dead one's
    expect(await asked()).toEqual([false, false, false]);
  });

  it('of a dead process, or untouched for long, is none', async () => {
    const child = spawn(process.execPath, ['-e', '']);
    await new Promise((resolve) => child.on('exit', resolve));
    await put(`${child.pid} ${hostname()} 1`);
    expect(await files().exclusive('x', async () => 'in', { wait: false })).toBe('in');
    await put(`${process.ppid} ${hostname()} 1`, 200_000);
    expect(await files().exclusive('x', async () => 'in', { wait: false })).toBe('in');
    // Of one that had this process's number before, as after a restart of a container.
    await put(`${process.pid} ${hostname()} 1-0`);
    expect(await files().exclusive('x', async () => 'in', { wait: false })).toBe('in');
  });

  it('of a living process is respected, and waiting can be stopped', async () => {
    const holders: [text: string, pid: number | null][] = [
      [`${process.ppid} ${hostname()} 1`, process.ppid],
      ['1 another-machine 1', null],
    ];
    for (const [holder, pid] of holders) {
      await put(holder);
      const busy = await files()
        .exclusive('x', async () => 'in', { wait: false })
        .catch((error) => error);
      expect(busy).toBeInstanceOf(Busy);
      expect(busy.holder).toBe(pid);
      let waits = 0;
      const stop = new AbortController();
      const onWait = () => {
        waits++;
        stop.abort(new Error('stopped'));
      };
      await expect(files().exclusive('x', async () => 'in', { signal: stop.signal, onWait })).rejects.toThrow(
        'stopped',
      );
      expect([waits, await readFile(lockAt(), 'utf8')]).toEqual([1, holder]);
    }
  });
});

describe('the command line', () => {
  const environment = { ...process.env };
  beforeEach(() => {
    Object.assign(process.env, { ANTISD_LAB_CACHE: folder, HF_ENDPOINT: hub.endpoint });
  });
  afterEach(() => {
    for (const name of ['ANTISD_LAB_CACHE', 'HF_ENDPOINT', 'HF_TOKEN']) {
      if (environment[name] === undefined) delete process.env[name];
      else process.env[name] = environment[name];
    }
  });

  it('downloads, lists and removes', async () => {
    const done = await lab(['models', '--download', 'lab/tiny']);
    expect([done.code, done.stdout]).toEqual([0, `${folder}/models/lab/tiny/${SHA}\n`]);
    expect(done.stderr).toContain('lab/tiny@main is commit 111111111111: 2 files, 9.0 MB');
    expect(done.stderr).toMatch(/model\.safetensors: 9\.0 MB of 9\.0 MB \(100 %\)/);
    const list = await lab(['models']);
    expect(list.stdout).toMatch(/^model +commit +size +date\nlab\/tiny +111111111111 +9\.0 MB +20\d\d-\d\d-\d\d\n$/);
    expect(JSON.parse((await lab(['models', '--json'])).stdout)).toMatchObject([{ id: 'lab/tiny', bytes: 9_000_100 }]);
    const removed = await lab(['models', '--remove', 'lab/tiny']);
    expect([removed.code, removed.stderr]).toEqual([0, 'Removed lab/tiny; 9.0 MB freed.\n']);
    expect((await lab(['models'])).stderr).toContain(`No models in ${folder}`);
  });

  it('is stopped by Ctrl-C and goes on with the same command; the token comes from the environment', async () => {
    const repository = hub.repositories.get('lab/tiny');
    if (repository) repository.gated = true;
    const refused = await lab(['models', '--download', 'lab/tiny']);
    expect([refused.code, refused.stderr.includes('lab/tiny is gated')]).toEqual([2, true]);
    process.env.HF_TOKEN = hub.token;
    hub.pace = { chunk: 64 * 1024, pause: 20 };
    const until = (stderr: string) => /model\.safetensors: [2-9]\.\d MB/.test(stderr);
    const stopped = await lab(['models', '--download', 'lab/tiny'], { until, signal: 'SIGINT' });
    expect(stopped.code).toBe(130);
    expect(stopped.stderr).toContain('The download was cancelled (lab/tiny/model.safetensors). What has come is kept');
    const list = await lab(['models']);
    expect(list.stdout).toContain('unfinished');
    hub.pace.pause = 0;
    hub.seen.length = 0;
    expect((await lab(['models', '--download', 'lab/tiny'])).code).toBe(0);
    const [rest] = hub.requestsFor('model.safetensors');
    expect(Number(/^bytes=(\d+)-$/.exec(rest.range ?? '')?.[1])).toBeGreaterThan(1_900_000);
    expect(sha256(await readFile(join(folder, 'models/lab/tiny', SHA, 'model.safetensors')))).toBe(sha256(WEIGHTS));
  });

  it('of two processes at once fetches every byte once, even when one is killed', async () => {
    const bundle = join(folder, 'program.mjs');
    const program = `
      import { hubSource } from '${join(import.meta.dirname, '../../../src/library/sources/hub.ts')}';
      import { hubOptions } from '${join(import.meta.dirname, '../../../src/library/sources/cache.node.ts')}';
      await (await hubSource('lab/tiny', hubOptions())).download();`;
    await build({
      stdin: { contents: program, resolveDir: import.meta.dirname },
      outfile: bundle,
      bundle: true,
      platform: 'node',
      format: 'esm',
      logLevel: 'error',
    });
    hub.pace = { chunk: 64 * 1024, pause: 5 };
    const weights = join(folder, 'models/lab/tiny', SHA, 'model.safetensors');
    let kept = 0;
    const run = (kill: boolean) => {
      const child = spawn(process.execPath, [bundle], { stdio: 'inherit' });
      if (kill) {
        const timer = setInterval(async () => {
          const stored = await stat(weights).catch(() => null);
          if (!stored?.size || kept > 0) return; // its first block is on the disk
          kept = stored.size;
          clearInterval(timer);
          child.kill('SIGKILL');
        }, 5);
      }
      return new Promise<number | null>((resolve) => child.on('exit', resolve));
    };
    expect(
      await Promise.all([run(true), run(false), run(false)]).then((codes) => codes.filter((code) => code === 0).length),
    ).toBeGreaterThanOrEqual(2);
    expect(sha256(await readFile(weights))).toBe(sha256(WEIGHTS));
    expect(kept).toBeGreaterThan(0);
    // Whoever goes on asks for nothing that is stored.
    const [, ...others] = hub.requestsFor('model.safetensors');
    expect(others.reduce((sum, { sent }) => sum + sent, 0)).toBeLessThanOrEqual(WEIGHTS.length - kept);
  });
});
