/** Stored runs that go on: to the bit after a tab was closed, from an earlier checkpoint, in one tab at a time. */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Ask, Continued, Failure } from '../../src/engine/protocol';
import { openNodeGpu } from '../../src/gpu/open.node';
import type { Files } from '../../src/host/files';
import { diskFiles } from '../../src/host/files.node';
import { ModelShelf } from '../../src/library/model-shelf';
import { folderSource } from '../../src/library/sources/folder.node';
import type { RunEvent } from '../../src/runs/events';
import { RunStore } from '../../src/runs/run-store';
import { StoredLog } from '../../src/runs/stored-log';
import { parseTrainConfig } from '../../src/settings/config';
import { parseSftConfig } from '../../src/settings/settings-sft';
import { fixtureBytes, utf8 } from '../setup/checkpoints';
import { TestEngine } from '../setup/engine';
import { readText } from '../setup/files';
import { testDevice } from '../setup/gpu';
import { NANO } from '../setup/session';
import { until } from '../setup/until';

const device = testDevice();
const TINY = ['config.json', 'tokenizer.json', 'tokenizer_config.json', 'model.safetensors'];

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'antisd-continue-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, maxRetries: 10 });
});

/** A page's Worker over the same storage as the other tabs. */
class Tab extends TestEngine {
  /** The stored run that it opened last. */
  continued: Continued | undefined;

  constructor(openGpu = async () => device.gpu) {
    super({
      openGpu,
      shelf: new ModelShelf({ builtIn: { nano: () => folderSource(NANO) }, cache: async () => null }),
      runsFolder: async () => diskFiles(folder),
      runFolder: async (id) => diskFiles(join(folder, id)),
    });
  }

  /** Opens a stored run; it waits at its last checkpoint. */
  async continue(id: string): Promise<void> {
    this.continued = await this.ask({ type: 'continue-run', run: id });
    expect(this.continued.since.at(-1)).toMatchObject({ type: 'phase', phase: 'paused' });
  }

  /** Why it was not opened. */
  refusal(id: string): Promise<Failure> {
    return this.failure({ type: 'continue-run', run: id });
  }

  /** Asks, and waits for the pause or the end that follows. */
  async step(command: Ask<'step' | 'stop' | 'resume' | 'recover'> = { type: 'step' }): Promise<void> {
    const from = this.events.length;
    await this.ask(command);
    await this.until('the pause or the end', () => {
      const come = this.events.slice(from);
      const fault = come.find((e) => e.type === 'fault');
      if (fault) throw new Error(JSON.stringify(fault));
      return come.some((e) => e.type === 'done' || (e.type === 'phase' && e.phase === 'paused'));
    });
  }

  async dropTiny(): Promise<void> {
    const files = TINY.map((name) => ({
      path: `tiny/${name}`,
      file: new File([fixtureBytes('tiny-chat', name)], name),
    }));
    await this.ask({ type: 'drop', files });
  }

  async dropSums(bytes = fixtureBytes('tiny-chat', 'conversations.jsonl')): Promise<void> {
    await this.ask({ type: 'drop', files: [new File([bytes], 'sums.jsonl')] });
  }
}

const rl = (settings: object = {}) =>
  parseTrainConfig({
    ...{ problems: 2, group: 4, minDepth: 1, steps: 6, checkpointEvery: 2, evalEvery: 3, evalProblems: 4 },
    ...{ evalSamples: 1, gateWarmup: 2, ...settings },
  });
const sft = parseSftConfig(
  {
    ...{ model: 'dropped:tiny', data: 'dropped:sums.jsonl', epochs: 2, samples: 1, sampleTokens: 4, warmupSteps: 0 },
    ...{ checkpointEvery: 2, evalEvery: 2, loraDropout: 0.1 },
  },
  'test',
);
const ids = async () => (await readdir(folder)).sort();
const run = async () => (await ids())[0];
const files = async (): Promise<Files> => diskFiles(join(folder, await run()));
/** A tab that is closed holds nothing; the process of this test lives on. */
const closeTabs = async () => rm(join(folder, await run(), 'locks'), { recursive: true });
const log = async (of: Files) => (await new StoredLog(of).story()).events;
/** The log of a run, whole where it ended: an event is told before it is on disk. */
async function logOf(ends: boolean): Promise<RunEvent[]> {
  return until('the end of the log', async () => log(await files()), {
    holds: (events) => !ends || events.at(-1)?.type === 'done',
  });
}
/** What a log says of a run, whenever it ran, however often it was opened, and wherever it was stored. */
const essence = (events: readonly RunEvent[]) =>
  events
    .filter((e) => !['start', 'sft-start', 'checkpoint'].includes(e.type))
    .map((e) => JSON.parse(JSON.stringify(e, (key, value) => (TIMES.includes(key) ? undefined : value))));
const TIMES = ['seconds', 'eta', 'tokensPerSecond', 'phaseMs'];

/** One run of `steps` in one go, and another with its tab closed after three: weights and logs. */
async function twice(start: Ask<'start'>, steps: number, ends: boolean, ready: (tab: Tab) => Promise<void>) {
  const whole = new Tab();
  await ready(whole);
  await whole.ask(start);
  for (let i = 0; i < steps; i++) await whole.step();
  const want = { files: await exported(whole), log: essence(await logOf(ends)) };
  await rm(join(folder, await run()), { recursive: true, maxRetries: 10 }); // the tab lets go of it after 'done'

  const first = new Tab();
  await ready(first);
  await first.ask(start);
  for (let i = 0; i < 3; i++) await first.step();
  const shown = first.events;
  await closeTabs();
  const second = new Tab();
  await ready(second);
  await second.continue(await run());
  const { continued } = second;
  for (let i = 3; i < steps; i++) await second.step();
  return { want, got: { files: await exported(second), log: essence(await logOf(ends)) }, continued, shown };
}

async function exported(tab: Tab) {
  const exportedFiles = await tab.ask({ type: 'export-model' });
  return new Map(exportedFiles.map(({ name, bytes }) => [name, bytes]));
}

describe('a run whose tab was closed', () => {
  it('goes on to the bit: the same weights, the same events, and everything up to there on screen', async () => {
    const { want, got, continued, shown } = await twice(
      { type: 'start', config: rl(), paused: true },
      6,
      true,
      async () => {},
    );
    expect(got.files).toEqual(want.files);
    expect(got.log).toEqual(want.log);
    expect(want.log.at(-1)).toMatchObject({ type: 'done', reason: 'finished' });
    expect(continued).toMatchObject({ step: 3, config: rl() });
    const told = continued?.events ?? [];
    expect(told.flatMap((e) => (e.type === 'step' ? [e.step] : []))).toEqual([1, 2, 3]);
    expect(told.flatMap((e) => (e.type === 'eval' ? [e.step] : []))).toEqual([0, 3]);
    const only = (events: readonly RunEvent[], type: RunEvent['type']) => events.filter((e) => e.type === type);
    expect(only(told, 'tokens-table')).toEqual(only(shown, 'tokens-table').slice(-1));
    // Handed over to the page, and told again from the log: the same columns to the bit, without the alternatives.
    const live = shown.findLast((e) => e.type === 'signals');
    expect(live?.step).toBe(3);
    expect(only(told, 'signals')).toEqual([
      { ...live, rollouts: live?.rollouts.map(({ alternatives: _, ...r }) => r) },
    ]);
  });

  it('goes on to the bit where it is supervised', async () => {
    const ready = async (tab: Tab) => {
      await tab.dropTiny();
      await tab.dropSums();
    };
    const { want, got, continued } = await twice({ type: 'start', config: sft, paused: true }, 5, false, ready);
    expect(got.files).toEqual(want.files);
    expect(got.log).toEqual(want.log);
    expect(continued).toMatchObject({ step: 3, config: sft });
    const told = continued?.events ?? [];
    expect(told.flatMap((e) => (e.type === 'sft-step' ? [e.step] : []))).toEqual([1, 2, 3]);
    expect(told.filter((e) => e.type === 'sample')).toHaveLength(1); // the answer before
    expect(told.filter((e) => e.type === 'sft-tokens')).toMatchObject([{ step: 3 }]);
  });

  it('keeps settings that were changed while it was going, also after its last checkpoint', async () => {
    const first = new Tab();
    await first.ask({ type: 'start', config: rl(), paused: true });
    await first.ask({ type: 'set', patch: { learningRate: 1e-5 } });
    await first.step();
    await first.ask({ type: 'set', patch: { lambda: 0.25 } });
    await closeTabs();
    const second = new Tab();
    await second.continue(await run());
    expect(second.continued?.config).toMatchObject({ learningRate: 1e-5, lambda: null });
    expect(second.continued?.since.filter((e) => e.type === 'change')).toMatchObject([
      { step: 2, patch: { lambda: 0.25 } },
    ]);
    await second.step();
    const changes = (await log(await files())).filter((e) => e.type === 'change');
    expect(changes).toMatchObject([
      { step: 1, patch: { learningRate: 1e-5 } },
      { step: 2, patch: { lambda: 0.25 } },
    ]);
  });

  it('goes on from the checkpoint before where the last one is damaged, says so, and drops what came after', async () => {
    const first = new Tab();
    await first.ask({ type: 'start', config: rl({ evalEvery: 0 }), paused: true });
    for (let i = 0; i < 3; i++) await first.step();
    await closeTabs();
    const stored = await files();
    const weights = 'checkpoints/step-000003/model.safetensors';
    const bytes = await stored.read(weights);
    bytes?.fill(0x20, 0, 64); // of the right size, but no header
    await stored.write(weights, bytes as Uint8Array<ArrayBuffer>);
    const second = new Tab();
    await second.continue(await run());
    expect(second.continued?.problem).toMatch(
      /checkpoint of step 3 is damaged \(model.safetensors is not as it was written.*\). The run goes on from step 2; steps 3 to 3 are taken again/,
    );
    expect(second.continued).toMatchObject({ step: 2 });
    expect(await stored.list('checkpoints')).toEqual(['step-000002']);
    await second.step();
    expect((await log(stored)).flatMap((e) => (e.type === 'step' ? [e.step] : []))).toEqual([1, 2, 3]);
  });

  it('is continued, and recovers from its checkpoint where the device is lost before its first step', async () => {
    const first = new Tab();
    await first.ask({ type: 'start', config: rl({ evalEvery: 0 }), paused: true });
    await first.step();
    await closeTabs();
    const second = new Tab(openNodeGpu);
    await second.continue(await run());
    await second.ask({ type: 'lose-device' });
    await expect.poll(() => second.events.at(-1)).toMatchObject({ fault: { lastGoodStep: 1 } });
    await second.step({ type: 'recover' });
    await second.step();
    await second.ask({ type: 'lose-device' });
    expect((await log(await files())).flatMap((e) => (e.type === 'step' ? [e.step] : []))).toEqual([1, 2]);
  });

  it('is listed and continued without a checkpoint that was being written', async () => {
    const first = new Tab();
    await first.ask({ type: 'start', config: rl({ evalEvery: 0 }), paused: true });
    for (let i = 0; i < 3; i++) await first.step();
    await closeTabs();
    await (await files()).truncate('checkpoints/step-000003/optimizer.safetensors', 1000);
    const second = new Tab();
    expect(await second.ask({ type: 'list-runs' })).toMatchObject([
      { steps: 3, total: 6, checkpoint: 2, done: null, open: false },
    ]);
    await second.continue(await run());
    expect(second.continued).toMatchObject({ step: 2 });
  });
});

describe('a stored run', () => {
  it('is stored at every pause, and keeps of these checkpoints the last', async () => {
    const tab = new Tab();
    await tab.ask({ type: 'start', config: rl({ evalEvery: 0, checkpointEvery: 100 }), paused: true });
    for (let i = 0; i < 3; i++) await tab.step();
    expect(await (await files()).list('checkpoints')).toEqual(['step-000003']);
    expect(tab.events.flatMap((e) => (e.type === 'checkpoint' ? [e.step] : []))).toEqual([1, 2, 3]);
  });

  it('is open in one tab at a time; stopped, it can be continued; finished, it cannot; and it can be deleted', async () => {
    const first = new Tab();
    await first.ask({ type: 'start', config: rl({ evalEvery: 0 }), paused: true });
    await first.step();
    const id = await run();
    const second = new Tab();
    expect(await second.ask({ type: 'list-runs' })).toMatchObject([{ id, open: true }]);
    expect((await second.refusal(id)).message).toMatch(/open, here or in another tab/);
    expect((await second.failure({ type: 'delete-run', run: id })).message).toMatch(/open, here or in another tab/);
    expect(await ids()).toEqual([id]);

    await first.step({ type: 'stop' });
    const continued = () => second.ask({ type: 'continue-run', run: id }).catch(() => null);
    await expect.poll(continued).toMatchObject({ id, step: 1 }); // let go after 'done'
    expect((await log(await files())).some((e) => e.type === 'done')).toBe(false);
    await second.step({ type: 'resume' });
    expect(second.events.at(-1)).toMatchObject({ type: 'done', reason: 'finished' });
    await expect.poll(async () => (await first.refusal(id)).message).toMatch(/finished/);
    const [listed] = await first.ask({ type: 'list-runs' });
    expect(listed).toMatchObject({ done: 'finished', steps: 6, checkpoint: 6, open: false });
    expect(listed.bytes).toBeGreaterThan(1_000_000);
    expect(await first.ask({ type: 'delete-run', run: id })).toEqual([]);
    expect(await ids()).toEqual([]);
  });

  it('whose model is gone says which file to drop again, and leaves the run that is open as it is', async () => {
    const first = new Tab();
    await first.dropTiny();
    await first.dropSums();
    await first.ask({ type: 'start', config: sft, paused: true });
    await first.step();
    await closeTabs();
    const id = await run();
    const second = new Tab();
    await second.ask({ type: 'start', config: rl({ evalEvery: 0 }), paused: true });
    expect((await second.refusal(id)).message).toMatch(/"tiny" was dropped on another visit.*Drop it again/);
    await second.dropTiny();
    expect((await second.refusal(id)).message).toMatch(/"sums.jsonl" was dropped on another visit.*Drop it again/);
    await second.step(); // the run that is open goes on
    expect(second.events.findLast((e) => e.type === 'step')).toMatchObject({ step: 1 });
    const sums = new TextDecoder().decode(fixtureBytes('tiny-chat', 'conversations.jsonl'));
    await second.dropSums(utf8(sums.slice(sums.indexOf('\n') + 1)));
    expect((await second.refusal(id)).message).toMatch(/not those that the run began with/);
    await second.dropSums();
    await second.continue(id);
    expect(second.continued).toMatchObject({ id, step: 1 });
  });

  it('that was closed before its first checkpoint says so', async () => {
    const first = new Tab();
    await first.ask({ type: 'start', config: rl({ evalEvery: 0 }), paused: true });
    await first.step();
    await closeTabs();
    await (await files()).remove('checkpoints');
    const second = new Tab();
    expect((await second.refusal(await run())).message).toMatch(/before its first checkpoint.*Replay/);
    expect((await second.refusal('none')).message).toMatch(/no run none any more/);
  });
});

it('a run whose configuration was changed is refused, and forked: a new one begins from its checkpoint with it', async () => {
  const tab = new Tab();
  await tab.ask({ type: 'start', config: rl({ steps: 3 }), paused: true });
  for (let i = 0; i < 2; i++) await tab.step();
  await tab.step({ type: 'stop' });
  const id = await run();
  const before = await exported(tab);
  const of = diskFiles(join(folder, id));
  const config = JSON.parse(await readText(of, 'config.json'));
  await of.write('config.json', utf8(JSON.stringify({ ...config, steps: 4 })));
  const as = await contentsOf(id);
  await until('the folder', async () => tab.refusal(id), { holds: ({ kind }) => kind === 'changed' }); // stop lets it go
  expect(await tab.refusal(id)).toMatchObject({
    refused: true,
    message: expect.stringMatching(/steps is 4 and was 3/),
  });

  const forked = await tab.ask({ type: 'fork-run', run: id });
  expect(forked).toMatchObject({ step: 2, config: { steps: 4 }, events: [], problem: null });
  expect(forked.since.map((e) => e.type)).toEqual(['start', 'checkpoint', 'phase']);
  expect(await ids()).toEqual([id, forked.id]);
  expect(await exported(tab)).toEqual(before);
  expect(await contentsOf(id)).toEqual(as); // as it was
  for (let i = 0; i < 2; i++) await tab.step();
  expect(tab.events.at(-1)).toMatchObject({ type: 'done', step: 4, reason: 'finished' });

  // The form's settings on that checkpoint: another method, whose gate begins anew.
  const other = await tab.ask({ type: 'fork-run', run: id, config: rl({ arm: 'antisd-process', steps: 3 }) });
  expect(other).toMatchObject({ step: 2, config: { arm: 'antisd-process', steps: 3 } });
  expect(other.since[0]).toMatchObject({ warnings: [expect.stringMatching(/begin anew/)] });
  expect(await exported(tab)).toEqual(before);
  await tab.step();
  expect(tab.events.findLast((e) => e.type === 'gate')).toMatchObject({ step: 3, state: 'warm-up' });
});

it('a fork that was cut off is listed as broken, and its place can be deleted', async () => {
  const tab = new Tab();
  const id = '2026-01-02T00-00-00-000Z-antisd';
  const store = new RunStore(diskFiles(join(folder, id)));
  await store.markUnborn();
  await store.files.append('events.jsonl', '{}\n');
  expect(await tab.ask({ type: 'list-runs' })).toMatchObject([{ id, broken: expect.stringMatching(/cut off/) }]);
  expect(await tab.ask({ type: 'delete-run', run: id })).toEqual([]);
  expect(await ids()).toEqual([]);
});

/** The files of a run, without its lock. */
async function contentsOf(id: string): Promise<unknown[]> {
  const found = [];
  for await (const file of new RunStore(diskFiles(join(folder, id))).contents()) found.push(file);
  return found;
}
