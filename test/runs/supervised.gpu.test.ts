/** Supervised runs on a device: what they learn, what packing and dropout change, what they leave, resume to the bit. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Conversation } from '../../src/data/conversations';
import type { Files } from '../../src/host/files';
import { diskFiles } from '../../src/host/files.node';
import { deviceReport } from '../../src/kernels/device-report';
import { openModel } from '../../src/library/open-model';
import { folderSource } from '../../src/library/sources/folder.node';
import { Policy } from '../../src/model/net/policy';
import { supervisedLoss, supervisedUpdate } from '../../src/model/net/supervised';
import { readLoraFolder } from '../../src/model/weights/adapter';
import { Checkpoints } from '../../src/runs/checkpoint';
import type { RunEvent, RunEventOf } from '../../src/runs/events';
import { type RunBench, supervisedRun } from '../../src/runs/open-run';
import type { Resume, Run } from '../../src/runs/run';
import { RunStore } from '../../src/runs/run-store';
import type { Examples } from '../../src/runs/sft-examples';
import { examplesFor } from '../../src/runs/sft-examples';
import { StoredLog } from '../../src/runs/stored-log';
import type { SupervisedState } from '../../src/runs/supervised';
import { parseSftConfig } from '../../src/settings/settings-sft';
import { fixtureBytes } from '../setup/checkpoints';
import { close } from '../setup/close';
import { drawnFrom, readConversations } from '../setup/data';
import { diskFolder, fixturePath, SMALL } from '../setup/fixtures';
import { testDevice } from '../setup/gpu';

const device = testDevice();
const model = await openModel(diskFolder(fixturePath('tiny-chat')));
const sums: Conversation[] = await readConversations(fixtureBytes('tiny-chat', 'conversations.jsonl'), 'sums.jsonl');
const SETTINGS = { model: 'tiny-chat', data: 'sums.jsonl', warmupSteps: 2, samples: 2, sampleTokens: 16 };

let folder: string;
let files: Files;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'antisd-sft-'));
  files = diskFiles(folder);
});
afterEach(() => rm(folder, { recursive: true }));

interface Opening extends Partial<Pick<RunBench, 'watched'>> {
  files?: Files;
  examples?: Examples;
  resume?: Resume<SupervisedState>;
}

/** A run with these settings on the sums; `events` fills as it goes. */
async function open(settings: object, { files, examples, resume, ...o }: Opening = {}) {
  const events: RunEvent[] = [];
  const config = parseSftConfig({ ...SETTINGS, ...settings }, 'test');
  const known = examples ?? (await examplesFor(model, sums, config.data, config.maxLength));
  const { gpu } = device;
  const store = files ? new RunStore(files) : null;
  const emit = (event: RunEvent) => void events.push(event);
  const bench = { gpu, device: deviceReport(gpu), store, emit, watched: false, ...o };
  return { run: await supervisedRun(config, model, known).open(bench, resume), events };
}

async function toTheEnd(run: Run): Promise<void> {
  while (!run.finished) await run.next();
  await run.finish('finished');
  run.destroy();
}

const of = <T extends RunEvent['type']>(events: readonly RunEvent[], type: T): RunEventOf<T>[] =>
  events.filter((e): e is RunEventOf<T> => e.type === type);

describe.each([
  ['an adapter', { loraRank: 8, learningRate: 2e-2 }],
  ['all parameters', { loraRank: 0, learningRate: 5e-3 }],
])('training %s', (_, settings) => {
  it('halves the loss on its examples, measures what is held out, and changes the answers', async () => {
    const before = device.gpu.liveBytes;
    const { run, events } = await open({ ...settings, epochs: 12, evalEvery: 10 });
    await toTheEnd(run);
    const [start] = of(events, 'sft-start');
    const steps = of(events, 'sft-step');
    expect(start.examples + start.heldOut).toBe(sums.length);
    expect(start.steps).toBe(12 * Math.ceil(start.examples / 8));
    expect(steps.map((s) => s.step)).toEqual(Array.from({ length: start.steps }, (_, i) => i + 1));
    expect(steps.at(-1)?.loss).toBeLessThan(steps[0].loss / 2);
    expect(steps.at(-1)?.epoch).toBe(12);
    const evals = of(events, 'sft-eval');
    expect(evals[0].step).toBe(0);
    expect(evals.at(-1)?.step).toBe(start.steps);
    expect(evals.at(-1)?.loss).toBeLessThan(evals[0].loss);
    const samples = of(events, 'sample');
    const [first, last] = [0, start.steps].map((step) => samples.filter((s) => s.step === step));
    expect(first.map((s) => s.prompt)).toEqual(last.map((s) => s.prompt));
    expect(first.length).toBe(Math.min(2, start.heldOut));
    expect(first.some((s, i) => s.text !== last[i].text)).toBe(true);
    expect(device.gpu.liveBytes).toBe(before);
  });
});

it('an epoch passes over every example once, and the next one in another order', async () => {
  const { run, events } = await open({ epochs: 2, batch: 5, samples: 0 }, { watched: true });
  await toTheEnd(run);
  const [{ steps }] = of(events, 'sft-start');
  const texts = of(events, 'sft-tokens').map((e) => e.examples.map((x) => x.tokens.join('')));
  const epochs = [texts.slice(0, steps / 2).flat(), texts.slice(steps / 2).flat()];
  const { train } = await examplesFor(model, sums, 'sums.jsonl', 512);
  const all = (await drawnFrom(train)).map((e) => e.ids.map((id) => model.text.token(id)).join('')).sort();
  for (const epoch of epochs) expect([...epoch].sort()).toEqual(all);
  expect(epochs[0]).not.toEqual(epochs[1]);
});

it('the losses of tokens are those of the update: their mean over what is learnt is its loss', async () => {
  const { run, events } = await open({ samples: 0 }, { watched: true });
  await run.next();
  run.destroy();
  const [{ examples }] = of(events, 'sft-tokens');
  const [{ loss, learnt }] = of(events, 'sft-step');
  const learntLosses = examples.flatMap((e) => e.loss.filter((_, i) => e.learnt[i] === 1));
  expect(learntLosses).toHaveLength(learnt);
  expect(learntLosses.reduce((a, b) => a + b, 0) / learnt).toBeCloseTo(loss, 3); // told with four digits
  for (const { tokens, from, loss: losses } of examples) expect(from + losses.length).toBe(tokens.length);
});

it('packed end to end the loss and the gradients are those of one example at a time', async () => {
  const { train } = await examplesFor(model, sums, 'sums.jsonl', 512);
  const batch = (await drawnFrom(train)).slice(0, 6);
  const longest = Math.max(...batch.map((e) => e.ids.length));
  const still = { lr: 0, beta1: 0.9, beta2: 0.99, eps: 1e-8, weightDecay: 0, clipNorm: 1e9 };
  const gradients = async (tokens: number) => {
    const capacity = { ...SMALL, tokens, targets: tokens, rows: 1, maxNewTokens: 1 };
    const policy = await Policy.create(device.gpu, model.config, capacity, model);
    const parts = policy.plan(batch.map((e) => ({ ids: e.ids, from: 1 }))).parts.length;
    const step = await supervisedUpdate(policy, batch, still);
    const all = await policy.gradients();
    const loss = await supervisedLoss(policy, batch);
    policy.destroy();
    return { parts, step, all, loss };
  };
  const packed = await gradients(6 * longest);
  const alone = await gradients(longest);
  expect([packed.parts, alone.parts]).toEqual([1, 6]);
  const why = 'f32 sums over some 150 tokens in another order';
  close([packed.step.loss, packed.step.gradNorm], [alone.step.loss, alone.step.gradNorm], { atol: 0, rtol: 1e-5, why });
  expect(packed.loss).toBeCloseTo(packed.step.loss, 5); // nothing was changed: the rate is 0
  for (const [name, { data }] of packed.all) {
    const scale = Math.max(...data.map(Math.abs));
    close(data, alone.all.get(name)?.data as Float32Array, { atol: 2e-5 * scale, rtol: 1e-4, why });
  }
});

describe('dropout', () => {
  const losses = async (loraDropout: number) => {
    const { run, events } = await open({ loraRank: 8, learningRate: 1e-2, loraDropout, samples: 0, evalEvery: 1 });
    for (let i = 0; i < 3; i++) await run.next();
    const state = await run.policy.state();
    run.destroy();
    return { train: of(events, 'sft-step').map((e) => e.loss), held: of(events, 'sft-eval').map((e) => e.loss), state };
  };

  it('changes what an adapter learns, in the same way each time, and never what is measured before it', async () => {
    const [none, some, again] = [await losses(0), await losses(0.5), await losses(0.5)];
    expect(some.state).toEqual(again.state);
    expect(some.train[0]).toBe(none.train[0]); // the adapter adds nothing yet
    expect(some.held[0]).toBe(none.held[0]);
    expect(some.train[2]).not.toBe(none.train[2]);
    expect(some.state.values).not.toEqual(none.state.values);
  });
});

describe('a run', () => {
  const STORED = { epochs: 3, checkpointEvery: 3, evalEvery: 2, loraRank: 4, loraDropout: 0.1, samples: 1 };

  async function whole() {
    const { run, events } = await open(STORED);
    while (!run.finished) await run.next();
    const state = await run.policy.state();
    run.destroy();
    return { state, events };
  }

  it('resumed from its checkpoint ends with the bits, and the log, of one that never stopped', async () => {
    const { state, events } = await whole();
    const first = await open(STORED, { files });
    for (let i = 0; i < 5; i++) await first.run.next(); // two updates are lost, as after a kill
    first.run.destroy();
    await files.append('events.jsonl', '{"type":"sft-step","v":1,"st'); // and a line was being written
    expect(await new Checkpoints(files).last()).toBe(3);
    const second = await open(STORED, { files, resume: { step: 3 } });
    while (!second.run.finished) await second.run.next();
    expect(await second.run.policy.state()).toEqual(state);
    await second.run.finish('finished');
    second.run.destroy();
    const log = (await new StoredLog(files).story()).events;
    const figures = (all: readonly RunEvent[]) =>
      of(all, 'sft-step').map(({ step, loss, lr, epoch }) => [step, loss, lr, epoch]);
    expect(figures(log)).toEqual(figures(events));
    expect(of(log, 'sft-eval')).toEqual(of(events, 'sft-eval'));
    expect(of(log, 'sft-start').map((e) => e.resumedFrom)).toEqual([null, 3]);
    expect(log.at(-1)?.type).toBe('done');
  });

  it('is not continued on other examples', async () => {
    const first = await open({ ...STORED, checkpointEvery: 1, samples: 0 }, { files });
    await first.run.next();
    first.run.destroy();
    const before = device.gpu.liveBytes;
    const fewer = await examplesFor(model, sums.slice(1), 'sums.jsonl', 512);
    await expect(open(STORED, { files, examples: fewer, resume: { step: 1 } })).rejects.toThrow(
      /not those that the run began with \(sums.jsonl\)/,
    );
    expect(device.gpu.liveBytes).toBe(before);
  });

  it('goes on from a step held in memory with the same bits', async () => {
    const { state } = await whole();
    const first = await open(STORED);
    for (let i = 0; i < 4; i++) await first.run.next();
    const resume = await first.run.held();
    first.run.destroy();
    const second = await open(STORED, { resume });
    while (!second.run.finished) await second.run.next();
    expect(await second.run.policy.state()).toEqual(state);
    second.run.destroy();
  });

  it('leaves the adapter as PEFT reads it, equal to the one on the device', async () => {
    const { run } = await open({ ...STORED, epochs: 1 }, { files });
    while (!run.finished) await run.next();
    await run.finish('finished');
    const { values } = await run.policy.state();
    run.destroy();
    const adapter = await readLoraFolder(await folderSource(join(folder, 'final')), model.config);
    expect(adapter.settings).toMatchObject({ rank: 4, alpha: 32, dropout: 0.1 });
    expect(adapter.packed).toEqual(values);
  });
});
