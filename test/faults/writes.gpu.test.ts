/**
 * The n-th call to the disk fails, for every n of a short run: what is stored is the old state or the new one, never a mix, and
 * the run that goes on from it ends with the bytes of a run that nothing befell.
 */
import { mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import { findTask } from '../../src/data/tasks';
import { diskFiles } from '../../src/host/files.node';
import { StorageError } from '../../src/host/storage-error';
import { deviceReport } from '../../src/kernels/device-report';
import { NANO_CONFIG } from '../../src/model/net/config';
import { forkable, openAtCheckpoint, openFork, resumable } from '../../src/runs/continue-run';
import { pretrainingRun } from '../../src/runs/open-run';
import type { Run } from '../../src/runs/run';
import { RunStore } from '../../src/runs/run-store';
import { NANO_RECIPE, type PretrainConfig } from '../../src/settings/settings-pretrain';
import { testDevice } from '../setup/gpu';
import { type Attempt, attempts, sampleOf } from './attempts';
import { breakDisk, type Fault } from './faulty-disk.mjs';

const device = testDevice();

/** Two steps of a model of one layer, each of them stored. */
const CONFIG: PretrainConfig = {
  kind: 'pretrain',
  task: 'two-cards',
  model: { ...NANO_CONFIG, hiddenSize: 16, layers: 1, heads: 1, kvHeads: 1, intermediateSize: 16, sliding: [false] },
  options: { ...NANO_RECIPE, steps: 2, batch: 1, warmupSteps: 0 },
  checkpointEvery: 1,
};

let root: string;
let folder: string;
/** Calls of a run that nothing befalls, and the files that it leaves. */
let calls: number;
let whole: Map<string, Buffer>;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'antisd-writes-'));
  folder = join(root, 'run');
  await open().then(toTheEnd); // compiles
  await rm(folder, { recursive: true });
  const disk = breakDisk(folder);
  const run = await toTheEnd(await open());
  disk.mend();
  calls = disk.count;
  whole = await contents();
  expect(run.unstored).toBeNull();
});
afterAll(() => rm(root, { recursive: true }));

/** As the command line begins a run, or goes on with one that left something. */
async function open(): Promise<{ run: Run; store: RunStore }> {
  const store = new RunStore(diskFiles(folder, 'inside'));
  const begun = await store.config();
  await store.hold();
  try {
    const from = begun ? await resumable(store, begun) : null;
    if (!begun) await store.writeConfig(CONFIG);
    if (from && from.points.length > 0) return { run: await reopened(store, CONFIG), store };
    await store.cut(0, 0);
    return { run: await pretrainingRun(CONFIG, findTask(CONFIG.task)).open(bench(store)), store };
  } catch (error) {
    await store.release();
    throw error;
  }
}

const bench = (store: RunStore) => {
  const { gpu } = device;
  return { gpu, device: deviceReport(gpu), store, emit() {}, watched: false };
};

async function reopened(store: RunStore, config: PretrainConfig): Promise<Run> {
  await store.hold();
  const prepared = pretrainingRun(config, findTask(config.task));
  return (await openAtCheckpoint(prepared, bench(store), await resumable(store, config))).run;
}

async function toTheEnd({ run, store }: { run: Run; store: RunStore }): Promise<Run> {
  try {
    while (!run.finished) await run.next();
    await run.finish('finished');
    return run;
  } finally {
    run.destroy();
    await store.release();
  }
}

/** The files of the run's folder by their paths; none where there is no folder. */
async function contents(): Promise<Map<string, Buffer>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const paths = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  const read = async (path: string) => [path.slice(folder.length + 1), await readFile(path)] as const;
  return new Map(await Promise.all(paths.filter((path) => !path.includes('/locks/')).map(read)));
}

/** What a log says of a run, whenever it ran and however often it was opened. */
const essence = (log: Buffer): string[] =>
  log
    .toString()
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line))
    .filter(({ type }) => !['pretrain-start', 'checkpoint', 'fault'].includes(type))
    .map(({ crc: _, seconds: __, eta: ___, ...event }) => JSON.stringify(event));

/** Nothing that counts is a mix of old and new. */
async function expectWhole(how: Fault['how']): Promise<void> {
  const found = await contents();
  const stored = [...found.keys()].filter((path) => path.endsWith('state.json')).map((path) => path.slice(0, -11));
  for (const [path, bytes] of found) {
    const checkpoint = /^checkpoints\/[^/]+/.exec(path)?.[0];
    if (how === 'gone' && (path.endsWith('.part') || path.startsWith('final/'))) continue; // no word says that it is whole
    if (how === 'gone' && checkpoint && !stored.includes(checkpoint)) continue;
    if (checkpoint) expect(stored).toContain(checkpoint);
    if (path === 'events.jsonl' || path.endsWith('state.json')) continue;
    expect(whole.get(path)?.equals(bytes), path).toBe(true);
  }
  const log = found.get('events.jsonl') ?? Buffer.alloc(0);
  if (how !== 'gone') expect(log.length === 0 || log.at(-1) === 10).toBe(true);
  const told = essence(log);
  expect(told).toEqual(essence(whole.get('events.jsonl') as Buffer).slice(0, told.length));
  if (told.some((line) => line.includes('"done"'))) expect(found.has('final/model.safetensors')).toBe(true);
}

async function broken(fault: Fault): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  const before = device.gpu.liveBuffers;
  const disk = breakDisk(folder, fault);
  let left: StorageError | null;
  try {
    left = (await toTheEnd(await open())).unstored;
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    left = error;
  } finally {
    disk.mend();
  }
  expect(disk.count).toBeGreaterThan(fault.at);
  expect(device.gpu.liveBuffers).toBe(before);
  await expectWhole(fault.how);
  // A process that is gone leaves its lock, which the next takes over: here both are one process.
  await rm(join(folder, 'locks'), { recursive: true, force: true });
  if (left) await toTheEnd(await open());
  const final = await contents();
  expect(final.get('final/model.safetensors')?.equals(whole.get('final/model.safetensors') as Buffer)).toBe(true);
  expect(essence(final.get('events.jsonl') as Buffer)).toEqual(essence(whole.get('events.jsonl') as Buffer));
}

/** A run that was stopped after its first step is opened while a read fails; it can still be opened afterwards. */
async function unreadable(at: number | null): Promise<number> {
  await rm(folder, { recursive: true, force: true });
  const { run, store } = await open();
  await run.next();
  run.destroy();
  await store.release();
  const disk = breakDisk(folder, { at: at ?? Number.POSITIVE_INFINITY, code: 'EIO', how: 'once', reads: true });
  try {
    await toTheEnd(await open());
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    disk.mend();
    expect((await contents()).has('checkpoints/step-000001/state.json')).toBe(true);
  } finally {
    disk.mend();
  }
  await rm(join(folder, 'locks'), { recursive: true, force: true });
  await toTheEnd(await open());
  const final = await contents();
  expect(final.get('final/model.safetensors')?.equals(whole.get('final/model.safetensors') as Buffer)).toBe(true);
  return disk.count;
}

/** A run that begins where another one ended, with one step more; what is left of it, if it was cut off, and then begun again. */
async function forked(at: number | null): Promise<{ calls: number; final: Buffer }> {
  const [of, config] = [join(root, 'of'), { ...CONFIG, options: { ...CONFIG.options, steps: 3 } }];
  await rm(folder, { recursive: true, force: true });
  const begin = async () => {
    const [source, store] = [of, folder].map((path) => new RunStore(diskFiles(path, 'inside')));
    if (await store.config()) return toTheEnd({ run: await reopened(store, config), store });
    expect(await store.isEmpty()).toBe(true);
    await store.hold();
    if (await store.isUnborn()) await store.clear();
    const { from } = await forkable(source, CONFIG);
    const { run } = await openFork(pretrainingRun(config, findTask(config.task)), bench(store), source, from).catch(
      async (error) => {
        await store.release();
        throw error;
      },
    );
    return toTheEnd({ run, store });
  };
  const before = device.gpu.liveBuffers;
  const disk = breakDisk(folder, { at: at ?? Number.POSITIVE_INFINITY, code: 'EIO', how: 'gone' });
  try {
    await begin();
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
  } finally {
    disk.mend();
  }
  expect(device.gpu.liveBuffers).toBe(before);
  await rm(join(folder, 'locks'), { recursive: true, force: true });
  if (at !== null && !(await contents()).has('final/model.safetensors')) await begin();
  return { calls: disk.count, final: (await contents()).get('final/model.safetensors') as Buffer };
}

const forks: Attempt = {
  id: 'writes/fork',
  group: 'writes',
  what: 'the n-th call to the disk is the last that does anything, for every n of a fork',
  expected: 'a run that can go on or nothing that counts; begun again it ends with the same bytes',
  gate: true,
  timeout: 7_200_000,
  async run(all) {
    await rm(join(root, 'of'), { recursive: true, force: true });
    await rm(folder, { recursive: true, force: true });
    await toTheEnd(await open());
    await rename(folder, join(root, 'of'));
    const unbroken = await forked(null);
    const sample = sampleOf(unbroken.calls, 6, all);
    for (const at of sample) {
      const { final } = await forked(at).catch((error) => {
        throw new Error(`call ${at} of ${unbroken.calls}: ${error.stack}`);
      });
      expect(final.equals(unbroken.final), `call ${at}`).toBe(true);
    }
    return sample.length;
  },
};

const reads: Attempt = {
  id: 'writes/reads',
  group: 'writes',
  what: 'the n-th read fails (EIO), for every n of a run that goes on from its checkpoint',
  expected: 'it is refused with the file, or goes on; nothing is lost by it',
  gate: true,
  timeout: 7_200_000,
  async run(all) {
    const sample = sampleOf(await unreadable(null), 5, all);
    for (const at of sample)
      await unreadable(at).catch((error) => {
        throw new Error(`read ${at}: ${error.stack}`);
      });
    return sample.length;
  },
};

const KINDS: [how: Fault['how'], code: string, what: string][] = [
  ['once', 'ENOSPC', 'finds the disk full, the next one does not'],
  ['once', 'EIO', 'fails (EIO), the next one does not'],
  ['short', 'ENOSPC', 'writes half of its bytes before the disk is full'],
  ['full', 'ENOSPC', 'finds the disk full, and so do all that need room'],
  ['gone', 'EIO', 'is the last that does anything: the machine is off'],
];

attempts([
  reads,
  forks,
  ...KINDS.map(
    ([how, code, what]): Attempt => ({
      id: `writes/${how} ${code}`,
      group: 'writes',
      what: `the n-th call to the disk ${what}, for every n of a run`,
      expected: 'old state or new, never a mix; the run that goes on ends with the same bytes',
      gate: true,
      timeout: 7_200_000,
      async run(all) {
        const sample = sampleOf(calls, 6, all);
        for (const at of sample) {
          await broken({ at, code, how }).catch((error) => {
            throw new Error(`call ${at} of ${calls}: ${error.stack}`);
          });
        }
        return sample.length;
      },
    }),
  ),
]);
