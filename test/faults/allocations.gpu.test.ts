/**
 * The n-th allocation of the device fails, for every n of a model's loading and of a run's beginning: the error says so, nothing
 * stays allocated, and the same engine does the same thing afterwards.
 */
import { afterAll, beforeEach, expect } from 'vitest';
import type { Gpu } from '../../src/gpu/device';
import { openNodeGpu } from '../../src/gpu/open.node';
import { deviceReport } from '../../src/kernels/device-report';
import { ModelShelf } from '../../src/library/model-shelf';
import { folderSource } from '../../src/library/sources/folder.node';
import type { RunEvent, RunEventOf } from '../../src/runs/events';
import { parseTrainConfig } from '../../src/settings/config';
import { TestEngine } from '../setup/engine';
import { NANO } from '../setup/session';
import { type Attempt, attempts, sampleOf } from './attempts';

/** As WebGPU calls what it reports; known by its name. */
class GPUOutOfMemoryError extends Error {}

/** A device whose allocations are counted; `fail` makes one of them what WebGPU makes of it where memory has run out. */
class Allocations {
  count = 0;
  private at = -1;
  private readonly scopes: { filter: string; error: GPUError | null }[] = [];

  constructor(gpu: Gpu) {
    const { device } = gpu;
    const [create, push, pop] = [device.createBuffer, device.pushErrorScope, device.popErrorScope].map((f) =>
      f.bind(device),
    ) as [GPUDevice['createBuffer'], GPUDevice['pushErrorScope'], GPUDevice['popErrorScope']];
    device.createBuffer = (asked) => {
      if (this.count++ !== this.at) return create(asked);
      const error = new GPUOutOfMemoryError(`no memory for ${asked.label}`);
      const scope = this.scopes.findLast(({ filter }) => filter === 'out-of-memory');
      if (scope) scope.error ??= error;
      else device.onuncapturederror?.({ error } as unknown as GPUUncapturedErrorEvent); // before what follows from it
      push('validation');
      const broken = create({ ...asked, usage: 0 }); // cannot be used, and says so where it is
      void pop();
      return broken;
    };
    device.pushErrorScope = (filter) => {
      this.scopes.push({ filter, error: null });
      push(filter);
    };
    device.popErrorScope = async () => {
      const scope = this.scopes.pop();
      return scope?.error ?? pop();
    };
  }

  /** The n-th from now on, from 0; none for −1. */
  fail(n: number): void {
    this.count = 0;
    this.at = n;
  }
}

/** The devices that were opened, the last one last. */
const opened: { gpu: Gpu; allocations: Allocations }[] = [];
const last = () => opened[opened.length - 1];
let engine: TestEngine;

beforeEach(() => {
  engine = new TestEngine({
    async openGpu() {
      const gpu = await openNodeGpu();
      opened.push({ gpu, allocations: new Allocations(gpu) });
      return gpu;
    },
    prepare: async (gpu) => deviceReport(gpu),
    shelf: new ModelShelf({ builtIn: { nano: () => folderSource(NANO) }, cache: async () => null }),
  });
});
afterAll(() => {
  for (const { gpu } of opened) gpu.destroy();
});

const load = (weightFormat: string) =>
  engine.ask({ type: 'load', subject: { model: 'nano', adapter: null, weightFormat }, slot: 'main' });
const texts = { student: 'make', teacher: '3 9', response: 'no' };
async function score(): Promise<number[]> {
  const { scored } = await engine.ask({ type: 'score', texts, slot: 'main', withAdapter: true });
  return [...scored.u];
}
const start = (settings: object) => {
  const small = { problems: 1, group: 2, maxNewTokens: 4, steps: 1, evalEvery: 0, gateWarmup: 0 };
  return engine.ask({ type: 'start', config: parseTrainConfig({ ...small, ...settings }), paused: true });
};

/** What is done, again and again; what it gives must be the same each time. */
interface Act {
  readonly id: string;
  readonly what: string;
  readonly gate: boolean;
  readonly few: number;
  run(): Promise<unknown>;
  /** Gives back what it took. */
  undo(): Promise<unknown>;
}

const unload = () => engine.ask({ type: 'unload', slot: 'main' });
const forget = async () => {};

const ACTS: Act[] = [
  {
    id: 'load',
    what: 'nano is loaded and scores a response',
    gate: true,
    few: 6,
    run: () => load('auto').then(score),
    undo: unload,
  },
  {
    id: 'load q4',
    what: 'nano is loaded in 4 bits',
    gate: false,
    few: 6,
    run: () => load('q4').then(score),
    undo: unload,
  },
  { id: 'begin', what: 'a run of all parameters begins', gate: true, few: 6, run: () => start({}), undo: forget },
  {
    id: 'begin lora',
    what: 'a run of an adapter on 8 bits begins',
    gate: false,
    few: 6,
    run: () => start({ loraRank: 4, weightFormat: 'q8' }),
    undo: forget,
  },
  {
    id: 'begin kl',
    what: 'a run with a reference model begins',
    gate: false,
    few: 6,
    run: () => start({ klCoefficient: 0.1 }),
    undo: forget,
  },
];

/** One attempt: the act is refused, or the device remembers that it failed and is exchanged before the next one. */
async function refused(act: Act, n: number, held: number): Promise<void> {
  await engine.ask({ type: 'open' }); // another device where the last attempt spoilt one
  const { gpu, allocations } = last();
  allocations.fail(n);
  const failure = await act.run().then(
    () => null,
    (error) => error,
  );
  allocations.fail(-1);
  if (!failure) return expect(gpu.failed).toBe(true);
  expect(failure).toMatchObject({ kind: 'out-of-memory' });
  expect(failure.message).toMatch(/no memory for .*smaller/);
  if (!gpu.failed) expect(gpu.liveBuffers).toBe(held);
}

/** Steps once; gives what is told of the step, or the fault that it ended with. */
async function step(): Promise<RunEvent> {
  const from = engine.events.length;
  await engine.ask({ type: 'step' });
  const come = () => engine.events.slice(from);
  await expect
    .poll(() => come().some((e) => e.type === 'fault' || (e.type === 'phase' && e.phase === 'paused')), {
      timeout: 60_000,
    })
    .toBe(true);
  // The step may be done and told, and the fault in keeping it.
  return (come().find((e) => e.type === 'fault') ?? come().find((e) => e.type === 'step')) as RunEvent;
}

/** What depends on every number of a step. */
const figures = (event: RunEvent) => {
  const { loss, gradNorm } = event as RunEventOf<'step'>;
  return { loss, gradNorm };
};

const firstStep: Attempt = {
  id: 'allocations/step',
  group: 'allocations',
  what: 'the n-th allocation fails, for every n, in the first step of a run and in keeping it',
  expected: 'a fault that says so; resumed, the same step on another device',
  gate: false,
  timeout: 7_200_000,
  async run() {
    await start({ steps: 3 });
    const want = figures(await step());
    await start({ steps: 3 }); // on a device that has taken a step before, as below
    last().allocations.fail(-1);
    expect(figures(await step())).toEqual(want);
    const total = last().allocations.count;
    expect(total).toBeGreaterThan(0);
    for (let n = 0; n < total; n++) {
      await start({ steps: 3 });
      last().allocations.fail(n);
      expect(await step(), `allocation ${n} of ${total}`).toMatchObject({
        type: 'fault',
        fault: { kind: 'out-of-memory', resumable: true },
      });
      await engine.ask({ type: 'recover' });
      expect(figures(await step())).toEqual(want);
    }
    return total;
  },
};

attempts([
  firstStep,
  ...ACTS.map(
    (act): Attempt => ({
      id: `allocations/${act.id}`,
      group: 'allocations',
      what: `the n-th allocation fails, for every n, while ${act.what}`,
      expected: 'an error that says so; nothing stays allocated; the engine does it all the same afterwards',
      gate: act.gate,
      timeout: 7_200_000,
      async run(all) {
        await engine.ask({ type: 'open' });
        const held = last().gpu.liveBuffers;
        last().allocations.fail(-1);
        const want = await act.run();
        const total = last().allocations.count;
        expect(total).toBeGreaterThan(20);
        await act.undo();
        const sample = sampleOf(total, act.few, all);
        for (const n of sample)
          await refused(act, n, held).catch((error) => {
            throw new Error(`allocation ${n} of ${total}: ${error.stack}`);
          });
        expect(await act.run()).toEqual(want);
        await act.undo();
        return sample.length;
      },
    }),
  ),
]);
