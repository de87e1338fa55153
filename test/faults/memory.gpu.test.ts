/** Memory that stays flat: over many steps of a run, and over openings and closings of a model. Counted, not timed. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, expect } from 'vitest';
import { findTask } from '../../src/data/tasks';
import { diskFiles } from '../../src/host/files.node';
import { deviceReport } from '../../src/kernels/device-report';
import { ModelShelf } from '../../src/library/model-shelf';
import { folderSource } from '../../src/library/sources/folder.node';
import { openModelFolder } from '../../src/model/weights/folder';
import { reinforcedRun } from '../../src/runs/open-run';
import { RunStore } from '../../src/runs/run-store';
import { parseTrainConfig } from '../../src/settings/config';
import { TestEngine } from '../setup/engine';
import { diskFolder } from '../setup/fixtures';
import { testDevice } from '../setup/gpu';
import { NANO } from '../setup/session';
import { attempts } from './attempts';

const device = testDevice();
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'antisd-memory-'));
});
afterAll(() => rm(folder, { recursive: true }));

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** What is held on the device, and bytes of the process's own after all that nobody holds is gone. */
async function held() {
  // What a collection finds to finalise lets go of more.
  for (let i = 0; i < 3; i++) {
    collect();
    await new Promise((resolve) => setImmediate(resolve));
  }
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  const { liveBuffers, liveBytes } = device.gpu;
  return { device: { liveBuffers, liveBytes }, host: heapUsed + arrayBuffers };
}

/** Does it `times` times; after a quarter of them, nothing more stays on the device, and a few kilobytes a time on the host. */
async function expectFlat(times: number, bytes: number, act: () => Promise<unknown>): Promise<void> {
  const warm = Math.ceil(times / 4);
  for (let i = 0; i < warm; i++) await act();
  const before = await held();
  for (let i = warm; i < times; i++) await act();
  const after = await held();
  expect(after.device).toEqual(before.device);
  const growth = (after.host - before.host) / (times - warm);
  expect(growth, `${Math.round(growth)} bytes each time`).toBeLessThan(bytes);
}

async function openRun() {
  const small = { problems: 1, group: 2, maxNewTokens: 4, steps: 10_000, evalEvery: 0, checkpointEvery: 500 };
  const prepared = reinforcedRun(
    parseTrainConfig(small),
    await openModelFolder(diskFolder(NANO)),
    findTask('two-cards'),
  );
  const store = new RunStore(diskFiles(folder));
  return prepared.open({ gpu: device.gpu, device: deviceReport(device.gpu), store, emit() {}, watched: false });
}

attempts([
  {
    id: 'memory/steps',
    group: 'memory',
    what: 'a run of nano takes 2,000 steps (40 in the gate)',
    expected: 'buffers and bytes of the device are the same; the process grows by less than 1 kB a step',
    gate: true,
    timeout: 7_200_000,
    async run(whole) {
      const run = await openRun();
      // A step leaves some objects that only a later collection of old space takes: few steps show them.
      await expectFlat(whole ? 2000 : 40, whole ? 1000 : 30_000, () => run.next());
      run.destroy();
    },
  },
  {
    id: 'memory/opens',
    group: 'memory',
    what: 'a model is opened, scores a response and is closed 50 times (8 in the gate)',
    expected: 'buffers and bytes of the device are the same; the process grows by less than 20 kB each time',
    gate: true,
    timeout: 7_200_000,
    async run(whole) {
      const engine = new TestEngine({
        openGpu: async () => device.gpu,
        prepare: async (gpu) => deviceReport(gpu),
        shelf: new ModelShelf({ builtIn: { nano: () => folderSource(NANO) }, cache: async () => null }),
      });
      const texts = { student: 'make', teacher: '3 9', response: 'no' };
      await expectFlat(whole ? 50 : 8, whole ? 20_000 : 100_000, async () => {
        await engine.ask({
          type: 'load',
          subject: { model: 'nano', adapter: null, weightFormat: 'auto' },
          slot: 'main',
        });
        await engine.ask({ type: 'score', texts, slot: 'main', withAdapter: true });
        await engine.ask({ type: 'unload', slot: 'main' });
        engine.told.length = 0;
      });
    },
  },
]);
