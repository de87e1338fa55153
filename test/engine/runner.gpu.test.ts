/** The page's runner with models of one's own: a step and its adapter, and openings that fail or are stopped. */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { prepareDevice } from '../../src/engine/prepare-device';
import type { LabMessage } from '../../src/engine/protocol';
import { Runner } from '../../src/engine/runner';
import { diskFiles } from '../../src/host/files.node';
import { ModelShelf } from '../../src/library/model-shelf';
import { folderSource } from '../../src/library/sources/folder.node';
import { parseLoraConfig } from '../../src/model/net/lora';
import { parseTrainConfig } from '../../src/settings/config';
import { fixtureBytes, utf8 } from '../setup/checkpoints';
import { testDevice } from '../setup/gpu';
import { NANO } from '../setup/session';

const device = testDevice();
const MODEL = ['config.json', 'tokenizer.json', 'tokenizer_config.json', 'model.safetensors'];

let folder: string;
let told: LabMessage[];
let react: (message: LabMessage) => void;
let runner: Runner;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'antisd-runner-'));
  told = [];
  react = () => {};
  const shelf = new ModelShelf({ builtIn: { nano: () => folderSource(NANO) }, cache: async () => null });
  runner = new Runner({
    openGpu: async () => device.gpu,
    prepare: (gpu) => prepareDevice(gpu, null),
    shelf,
    runsFolder: async () => diskFiles(folder),
    runFolder: async (id) => diskFiles(join(folder, id)),
    send(message) {
      told.push(message);
      react(message);
    },
  });
});
afterEach(() => rm(folder, { recursive: true }));

const config = (settings: object) =>
  parseTrainConfig({
    ...{ task: 'word-problems', loraRank: 4, problems: 1, group: 2, maxNewTokens: 8, steps: 1 },
    ...{ evalEvery: 0, evalProblems: 1, evalSamples: 1, gateWarmup: 0 },
    ...settings,
  });
const start = (settings: object) => runner.handle({ type: 'start', config: config(settings), paused: true });
const ofType = <T extends LabMessage['type']>(type: T) =>
  told.filter((m): m is Extract<LabMessage, { type: T }> => m.type === type);
const drop = (files: Record<string, Uint8Array<ArrayBuffer>>, name = 'tiny') =>
  runner.handle({
    type: 'drop',
    files: Object.entries(files).map(([file, bytes]) => ({ path: `${name}/${file}`, file: new File([bytes], file) })),
  });
const tinyFiles = () => Object.fromEntries(MODEL.map((name) => [name, fixtureBytes('tiny-chat', name)]));
const event = (type: string) => ofType('event').find((m) => m.event.type === type)?.event;
const until = async (holds: () => boolean) => {
  for (const end = Date.now() + 60_000; !holds(); await new Promise((resolve) => setTimeout(resolve, 20)))
    if (Date.now() > end) throw new Error(`waited for nothing; told: ${JSON.stringify(told.slice(-5)).slice(0, 1000)}`);
};

describe('a model of one’s own', () => {
  it('is described, trained for a step on one’s own problems, and its adapter exported for PEFT', async () => {
    await drop(tinyFiles());
    const problems = fixtureBytes('tiny-chat', 'problems.jsonl');
    await runner.handle({ type: 'drop', files: [new File([problems], 'problems.jsonl')] });
    expect(ofType('dropped').map(({ dropped }) => dropped.name)).toEqual(['dropped:tiny', 'dropped:problems.jsonl']);
    const settings = { model: 'dropped:tiny', task: 'dropped:problems.jsonl' };
    await runner.handle({ type: 'describe', id: 3, config: config(settings), memory: 1e9 });
    const [described] = ofType('described');
    expect(described).toMatchObject({
      id: 3,
      outcome: { plan: { family: 'llama', storage: 'bf16', vocabulary: 288 } },
    });
    await start(settings);
    await runner.handle({ type: 'step' });
    await until(() => event('done') !== undefined);
    await runner.handle({ type: 'export-model' });
    const files = new Map(ofType('exported')[0].files.map(({ name, bytes }) => [name, bytes]));
    expect([...files.keys()].sort()).toEqual(['adapter_config.json', 'adapter_model.safetensors']);
    const adapter = JSON.parse(new TextDecoder().decode(files.get('adapter_config.json')));
    expect(parseLoraConfig(adapter, 'exported')).toMatchObject({ rank: 4, alpha: 32 });
    expect(adapter.base_model_name_or_path).toBe('tiny');
    expect(ofType('loading').at(-1)).toEqual({ type: 'loading', name: 'dropped:tiny', progress: null });
  });

  it('stopped while its weights load leaves nothing: no memory, no folder; and can be started again', async () => {
    await drop(tinyFiles());
    await runner.handle({ type: 'open' });
    const before = device.gpu.liveBytes;
    react = (message) => {
      if (message.type === 'loading' && message.progress?.what.startsWith('Loading the weights'))
        void runner.handle({ type: 'cancel' });
    };
    await start({ model: 'dropped:tiny' });
    expect(ofType('problem')).toEqual([
      { type: 'problem', kind: 'cancelled', message: expect.stringMatching(/loading was cancelled/) },
    ]);
    expect(device.gpu.liveBytes).toBe(before);
    expect(await readdir(folder)).toEqual([]);
    react = () => {};
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
    await runner.handle({ type: 'open' });
    const before = device.gpu.liveBytes;
    await start({ model: 'dropped:tiny' });
    expect(ofType('problem')).toEqual([
      { type: 'problem', kind: expect.any(String), message: expect.stringMatching(message) },
    ]);
    expect(device.gpu.liveBytes).toBe(before);
    expect(await readdir(folder)).toEqual([]);
  });

  it('with NaN among its weights is refused while they load; the run that was open is gone, and nothing stays', async () => {
    await runner.handle({ type: 'open' });
    const before = device.gpu.liveBytes;
    await start({ task: 'two-cards', loraRank: 0, minDepth: 1 });
    expect(device.gpu.liveBytes).toBeGreaterThan(before);
    const files = tinyFiles();
    const weights = files['model.safetensors'];
    weights.fill(0xff, weights.length - 64); // bf16 0xffff is a NaN
    await drop(files);
    await start({ model: 'dropped:tiny' });
    expect(ofType('problem').at(-1)?.message).toMatch(/NaN/);
    expect(device.gpu.liveBytes).toBe(before);
  });
});
