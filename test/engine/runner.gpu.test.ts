/** The engine with models of one's own: a step and its adapter, and openings that fail or are stopped. */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EngineHost } from '../../src/engine/engine';
import { diskFiles } from '../../src/host/files.node';
import { type DeviceReport, deviceReport } from '../../src/kernels/device-report';
import { ModelShelf } from '../../src/library/model-shelf';
import { folderSource } from '../../src/library/sources/folder.node';
import { parseLoraConfig } from '../../src/model/weights/adapter-config';
import { parseTrainConfig } from '../../src/settings/config';
import { fixtureBytes, utf8 } from '../setup/checkpoints';
import { TestEngine } from '../setup/engine';
import { testDevice } from '../setup/gpu';
import { NANO } from '../setup/session';

const device = testDevice();
const MODEL = ['config.json', 'tokenizer.json', 'tokenizer_config.json', 'model.safetensors'];

let folder: string;
let engine: TestEngine;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'antisd-runner-'));
  const shelf = new ModelShelf({ builtIn: { nano: () => folderSource(NANO) }, cache: async () => null });
  engine = new TestEngine({
    openGpu: async () => device.gpu,
    shelf,
    runsFolder: async () => diskFiles(folder),
    runFolder: async (id) => diskFiles(join(folder, id)),
  });
});
// What is told last may be before it is on disk.
afterEach(() => rm(folder, { recursive: true, maxRetries: 10 }));

const config = (settings: object) =>
  parseTrainConfig({
    ...{ task: 'word-problems', loraRank: 4, problems: 1, group: 2, maxNewTokens: 8, steps: 1 },
    ...{ evalEvery: 0, evalProblems: 1, evalSamples: 1, gateWarmup: 0 },
    ...settings,
  });
const start = (settings: object) => engine.ask({ type: 'start', config: config(settings), paused: true });
const drop = (files: Record<string, Uint8Array<ArrayBuffer>>, name = 'tiny') =>
  engine.ask({
    type: 'drop',
    files: Object.entries(files).map(([file, bytes]) => ({ path: `${name}/${file}`, file: new File([bytes], file) })),
  });
const tinyFiles = () => Object.fromEntries(MODEL.map((name) => [name, fixtureBytes('tiny-chat', name)]));
const event = (type: string) => engine.events.find((e) => e.type === type);

it('begins anew in the moment that the end of a run was told: the ended one puts its things away first', async () => {
  const own = { task: 'two-cards', loraRank: 0, minDepth: 1 };
  let next: Promise<unknown> | undefined;
  await start(own);
  engine.react = (message) => {
    if (message.type !== 'event' || message.event.type !== 'done' || next) return;
    next = start(own);
  };
  await engine.ask({ type: 'step' });
  await engine.until('the next', () => next !== undefined);
  await next;
  expect(await readdir(folder)).toHaveLength(2);
});

it('begins while the device is being checked, and is stopped with the name of a kernel that comes out wrong', async () => {
  const found = (failed: string[]) => ({ ...deviceReport(device.gpu), selfTest: { passed: 70, failed, ms: 1 } });
  let tell = (_: DeviceReport) => {};
  const checked = new Promise<DeviceReport>((resolve) => {
    tell = resolve;
  });
  const shelf = new ModelShelf({ builtIn: { nano: () => folderSource(NANO) }, cache: async () => null });
  const check: EngineHost['check'] = async (_, onProgress) => {
    onProgress(1, 2, 'rope');
    return checked;
  };
  engine = new TestEngine({ openGpu: async () => device.gpu, shelf, check });
  await start({ task: 'two-cards', loraRank: 0, minDepth: 1, steps: 3 });
  expect(engine.news('device').map(({ checking }) => checking)).toEqual([undefined, { done: 1, total: 2 }]);
  await engine.ask({ type: 'step' });
  await engine.until('the pause', () =>
    engine.events.some((e) => e.type === 'phase' && e.phase === 'paused' && e.step === 1),
  );
  tell(found(['rope N 3, q: 6 of 6 differ', 'swiglu N 3 F 7, y: 21 of 21 differ']));
  await engine.until('the fault', () => event('fault') !== undefined);
  expect(event('checked')).toMatchObject({ step: 1, selfTest: { passed: 70, failed: { length: 2 } } });
  expect(event('fault')).toMatchObject({
    fault: {
      kind: 'validation',
      resumable: false,
      message: expect.stringMatching(/rope N 3, q: 6 of 6 differ \(and 1 more\)/),
    },
  });
  expect(engine.news('device').at(-1)).toMatchObject({ device: { selfTest: { passed: 70 } } });
  await start({ task: 'two-cards', loraRank: 0, minDepth: 1 }); // with what is known, it is one's own decision
  await engine.ask({ type: 'step' });
  await engine.until('the end', () => event('done') !== undefined);
});

describe('a model of one’s own', () => {
  it('is described, trained for a step on one’s own problems, and its adapter exported for PEFT', async () => {
    const model = await drop(tinyFiles());
    const problems = fixtureBytes('tiny-chat', 'problems.jsonl');
    const data = await engine.ask({ type: 'drop', files: [new File([problems], 'problems.jsonl')] });
    expect([model.name, data.name]).toEqual(['dropped:tiny', 'dropped:problems.jsonl']);
    const settings = { model: 'dropped:tiny', task: 'dropped:problems.jsonl' };
    const plan = await engine.ask({ type: 'describe', config: config(settings), memory: 1e9 });
    expect(plan).toMatchObject({ family: 'llama', weightFormat: 'bf16', vocabulary: 288 });
    await start(settings);
    expect(engine.progress(engine.lastId).map(({ what }) => what)).toEqual(
      expect.arrayContaining(['Opening tiny', 'Loading the weights of tiny']),
    );
    await engine.ask({ type: 'step' });
    await engine.until('the end', () => event('done') !== undefined);
    const exported = await engine.ask({ type: 'export-model' });
    const files = new Map(exported.map(({ name, bytes }) => [name, bytes]));
    expect([...files.keys()].sort()).toEqual(['adapter_config.json', 'adapter_model.safetensors']);
    const adapter = JSON.parse(new TextDecoder().decode(files.get('adapter_config.json')));
    expect(parseLoraConfig(adapter, 'exported')).toMatchObject({ rank: 4, alpha: 32 });
    expect(adapter.base_model_name_or_path).toBe('tiny');
  });

  it('stopped while its weights load leaves nothing: no memory, no folder; and can be started again', async () => {
    await drop(tinyFiles());
    await engine.ask({ type: 'open' });
    const before = device.gpu.liveBytes;
    engine.react = (message) => {
      if (message.type === 'progress' && message.progress.what.startsWith('Loading the weights'))
        void engine.cancel(message.id);
    };
    await expect(start({ model: 'dropped:tiny' })).rejects.toEqual({
      ...{ kind: 'cancelled', refused: true, message: expect.stringMatching(/loading was cancelled/) },
    });
    expect(device.gpu.liveBytes).toBe(before);
    expect(await readdir(folder)).toEqual([]);
    engine.react = () => {};
    await start({ model: 'dropped:tiny' });
    expect(event('start')).toMatchObject({ config: { model: 'dropped:tiny' } });
    expect(await readdir(folder)).toHaveLength(1);
  });

  type Broken = [what: string, files: () => Record<string, Uint8Array<ArrayBuffer>>, message: RegExp];
  const broken: Broken[] = [
    ['an unknown architecture', () => ({ ...tinyFiles(), 'config.json': utf8('{"model_type": "mamba"}') }), /mamba/],
    [
      'another tokenizer',
      () => ({ ...tinyFiles(), 'tokenizer.json': fixtureBytes('tokenizers', 'byte-level.tokenizer.json') }),
      /token/,
    ],
    [
      'a file that was cut',
      () => ({ ...tinyFiles(), 'model.safetensors': tinyFiles()['model.safetensors'].slice(0, 40_000) }),
      /bytes/,
    ],
    [
      'a shape that config.json contradicts',
      () => ({
        ...tinyFiles(),
        'config.json': utf8(
          new TextDecoder()
            .decode(tinyFiles()['config.json'])
            .replace('"intermediate_size": 48', '"intermediate_size": 64'),
        ),
      }),
      /has shape/,
    ],
  ];
  it.each(broken)('with %s is refused with its reason; nothing stays on the device', async (_, files, message) => {
    await drop(files());
    await engine.ask({ type: 'open' });
    const before = device.gpu.liveBytes;
    await expect(start({ model: 'dropped:tiny' })).rejects.toEqual({
      ...{ kind: expect.any(String), refused: true, message: expect.stringMatching(message) },
    });
    expect(device.gpu.liveBytes).toBe(before);
    expect(await readdir(folder)).toEqual([]);
  });

  it('with NaN among its weights is refused while they load; the run that was open is gone, and nothing stays', async () => {
    await engine.ask({ type: 'open' });
    const before = device.gpu.liveBytes;
    await start({ task: 'two-cards', loraRank: 0, minDepth: 1 });
    expect(device.gpu.liveBytes).toBeGreaterThan(before);
    const files = tinyFiles();
    const weights = files['model.safetensors'];
    weights.fill(0xff, weights.length - 64); // bf16 0xffff is a NaN
    await drop(files);
    await expect(start({ model: 'dropped:tiny' })).rejects.toMatchObject({ message: expect.stringMatching(/NaN/) });
    expect(device.gpu.liveBytes).toBe(before);
  });
});
