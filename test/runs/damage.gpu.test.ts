/** What a run's folder holds is not what was written there: it is named, never used, and the run goes on from what is whole. */
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as v from 'valibot';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Random } from '../../src/data/random';
import { diskFiles } from '../../src/host/files.node';
import { deviceReport } from '../../src/kernels/device-report';
import { ParameterLayout } from '../../src/model/net/parameters';
import { type Checkpoints, checkpointFolder, DamagedCheckpoint } from '../../src/runs/checkpoint';
import { openAtCheckpoint, resumable } from '../../src/runs/continue-run';
import type { RunEvent } from '../../src/runs/events';
import { prepareRun } from '../../src/runs/open-run';
import { RunStore } from '../../src/runs/run-store';
import { sealed } from '../../src/runs/sealed';
import { newPretrainConfig, PRETRAIN_TABLE } from '../../src/settings/settings-pretrain';
import { testDevice } from '../setup/gpu';

const device = testDevice();
const config = newPretrainConfig({
  ...PRETRAIN_TABLE.defaults,
  steps: 6,
  batch: 1,
  layers: 1,
  checkpointEvery: 2,
  seed: 3,
});
const sources = { model: () => Promise.reject(new Error('none')), data: async () => null };
const RANDOM = new Random(77);

/** Of four steps: checkpoints of steps 2 and 4. */
let made: string;
let want: Uint8Array;

const bench = (store: RunStore | null) => ({
  ...{ gpu: device.gpu, device: deviceReport(device.gpu), store, emit: () => {}, watched: false },
});
beforeAll(async () => {
  made = await mkdtemp(join(tmpdir(), 'antisd-damage-'));
  const store = new RunStore(diskFiles(join(made, 'run')));
  await store.writeConfig(config);
  const prepared = await prepareRun(config, sources);
  const run = await prepared.open(bench(store));
  for (let i = 0; i < 4; i++) await run.next();
  run.destroy();
  const whole = await prepared.open(bench(null));
  for (let i = 0; i < 6; i++) await whole.next();
  want = (await whole.exportModel()).get('model.safetensors') as Uint8Array;
  whole.destroy();
});
afterAll(() => rm(made, { recursive: true }));

/** A copy of the run with one file changed. */
async function changed(name: string, change: (bytes: Uint8Array) => Uint8Array | string): Promise<RunStore> {
  const folder = await mkdtemp(join(made, 'copy-'));
  await cp(join(made, 'run'), folder, { recursive: true });
  const bytes = new Uint8Array(await readFile(join(folder, name)));
  await writeFile(join(folder, name), change(bytes));
  return new RunStore(diskFiles(folder));
}

/** Goes on as a host does; to the end, unless it is only opened. */
async function goOn(store: RunStore, only?: 'opened') {
  const stored = await store.config();
  if (!stored) throw new Error('no configuration');
  const from = await resumable(store, stored);
  const prepared = await prepareRun(stored, sources);
  const { run, problem, events } = await openAtCheckpoint(prepared, { ...bench(null), store }, from);
  const { step } = run;
  while (!only && !run.finished) await run.next();
  const model = only ? undefined : (await run.exportModel()).get('model.safetensors');
  run.destroy();
  return { from: step, problem, events, model };
}

const turn = (bit: number) => (bytes: Uint8Array) => {
  bytes[bit >> 3] ^= 1 << (bit & 7);
  return bytes;
};
const load = (checkpoints: Checkpoints) => checkpoints.load(4, new ParameterLayout(config.model), v.looseObject({}));
/** The first bit, the last, and some between. */
const bitsOf = (length: number) => [0, 8 * length - 1, ...[1, 2, 3, 4].map(() => RANDOM.uint32() % (8 * length))];
const LAST = checkpointFolder(4);
const FILES = [
  'config.json',
  'model.safetensors',
  'optimizer.safetensors',
  'state.json',
  'tokenizer.json',
  'tokenizer_config.json',
];

test('whole it goes on from the last checkpoint, and nothing is said', async () => {
  const store = await changed('config.json', (bytes) => bytes);
  expect(await goOn(store)).toMatchObject({ from: 4, problem: null, model: want });
});

describe('a checkpoint', () => {
  test('has these files', async () => {
    expect(await diskFiles(join(made, 'run')).list(LAST)).toEqual(FILES);
  });

  test.each(FILES)('with any bit of %s turned is passed over by name', async (name) => {
    const { length } = await readFile(join(made, 'run', LAST, name));
    const [first, ...others] = bitsOf(length);
    for (const bit of others) {
      const { checkpoints } = await changed(`${LAST}/${name}`, turn(bit));
      await expect(load(checkpoints), `bit ${bit}`).rejects.toThrow(name);
    }
    const { from, problem } = await goOn(await changed(`${LAST}/${name}`, turn(first)), 'opened');
    expect(from).toBe(2);
    expect(problem).toMatch(`The checkpoint of step 4 is damaged (${name}`);
    expect(problem).toMatch('The run goes on from step 2; steps 3 to 4 are taken again.');
  });
});

describe('state.json', () => {
  type Facts = Record<string, unknown>;
  const STATES: [what: string, change: (state: Facts & { extra: Facts }) => unknown][] = [
    ['{}', () => ({})],
    ['null', () => null],
    ['a list', () => []],
    ['a text', () => 'state'],
    ['of a later version', (s) => ({ ...s, version: 2 })],
    ['of another step', (s) => ({ ...s, step: 3 })],
    ['without a step', ({ step: _, ...s }) => s],
    ['with a step that is a text', (s) => ({ ...s, step: '4' })],
    ['with updates below zero', (s) => ({ ...s, updates: -1 })],
    ['without sizes', ({ sizes: _, ...s }) => s],
    ['with sizes that are a list', (s) => ({ ...s, sizes: [1] })],
    ['that names a file outside', (s) => ({ ...s, sizes: { '../../config.json': 1 } })],
    ['that does not name the weights', (s) => ({ ...s, sizes: {} })],
    ['with a digest that is none', (s) => ({ ...s, digests: { 'model.safetensors': 'x' } })],
    ['without the digest of a file', (s) => ({ ...s, digests: {} })],
    ['with a configuration that is a text', (s) => ({ ...s, config: 'nano' })],
    ['without facts', ({ extra: _, ...s }) => s],
    ['with facts that are null', (s) => ({ ...s, extra: null })],
    ['with a variant that does not exist', (s) => ({ ...s, extra: { ...s.extra, matmul: 'tiles-63' } })],
    ['with a length that is a text', (s) => ({ ...s, extra: { ...s.extra, eventBytes: '12' } })],
    ['with seconds that are a list', (s) => ({ ...s, extra: { ...s.extra, seconds: [] } })],
  ];

  test.each(STATES)('%s is one message', async (_, change) => {
    const { crc: __, ...state } = JSON.parse(await readFile(join(made, 'run', LAST, 'state.json'), 'utf8'));
    const made_ = change(state);
    const texts = [JSON.stringify(made_)]; // as one of an earlier version, and with its checksum
    if (typeof made_ === 'object' && made_ !== null && Object.keys(made_).length > 0) texts.push(sealed(made_));
    for (const text of texts) {
      const { checkpoints } = await changed(`${LAST}/state.json`, () => text);
      const error = await load(checkpoints).catch((refused) => refused);
      expect(error).toBeInstanceOf(DamagedCheckpoint);
      expect(error.message.split('\n')).toHaveLength(1);
    }
  });

  test.each(['', '{', '\u0000', '{"version":1', 'NaN'])('of the text %j is one message', async (text) => {
    const { checkpoints } = await changed(`${LAST}/state.json`, () => text);
    await expect(load(checkpoints)).rejects.toThrow(/state.json is (?:no JSON|not as it was written)/);
  });

  test('passed over, the run ends with the bytes of one that never stopped', async () => {
    expect(await goOn(await changed(`${LAST}/state.json`, turn(99)))).toMatchObject({ from: 2, model: want });
  });

  test('none whole: nothing is begun, and each is named', async () => {
    const store = await changed(`${LAST}/state.json`, turn(100));
    const other = `${store.where}/${checkpointFolder(2)}/optimizer.safetensors`;
    await writeFile(other, turn(9000)(new Uint8Array(await readFile(other))));
    const before = await readFile(join(store.where, 'events.jsonl'));
    await expect(goOn(store)).rejects.toThrow(/No checkpoint.*step 4 state.json.*step 2 optimizer.safetensors/);
    expect(await readFile(join(store.where, 'events.jsonl'))).toEqual(before);
  });
});

describe('config.json', () => {
  const edited = (change: (config: Record<string, unknown> & { options: object }) => unknown) => (bytes: Uint8Array) =>
    JSON.stringify(change(JSON.parse(new TextDecoder().decode(bytes))));

  test.each<[string, (bytes: Uint8Array) => string, RegExp]>([
    [
      'another rate',
      edited((c) => ({ ...c, options: { ...c.options, learningRate: 1 } })),
      /options.learningRate is 1 and was 0.003.*--fork/,
    ],
    ['another task', edited((c) => ({ ...c, task: 'word-problems' })), /task is "word-problems" and was "two-cards"/],
    ['no kind', edited(({ kind: _, ...c }) => c), /model must not be empty/],
    ['a model of null', edited((c) => ({ ...c, model: null })), /model is impossible/],
    [
      'options of the wrong kind',
      edited((c) => ({ ...c, options: { ...c.options, steps: 'many' } })),
      /options.steps is impossible/,
    ],
    ['null', () => 'null', /no object/],
    ['no JSON', () => '{"kind":', /no JSON/],
  ])('with %s is refused by name', async (_, change, message) => {
    const store = await changed('config.json', change);
    await expect(goOn(store)).rejects.toThrow(message);
  });

  test('written in another way is the same', async () => {
    expect(
      await goOn(
        await changed(
          'config.json',
          edited((c) => c),
        ),
      ),
    ).toMatchObject({ from: 4, problem: null });
  });
});

describe('the log', () => {
  const LOG = 'events.jsonl';
  const told = (events: readonly RunEvent[]) => events.flatMap((e) => (e.type === 'pretrain-step' ? [e.step] : []));

  test('loses the line in which a bit is turned, and says which; the others are told', async () => {
    const bytes = await readFile(join(made, 'run', LOG));
    const total = bytes.toString().split('\n').length - 1;
    for (const bit of bitsOf(bytes.length - 1)) {
      const { log } = await changed(LOG, turn(bit));
      const { events, damaged } = await log.story();
      expect(damaged.length, `bit ${bit}`).toBeGreaterThan(0);
      expect(events.length).toBeGreaterThanOrEqual(total - 2);
      expect(
        Math.abs(
          damaged[0] -
            bytes
              .subarray(0, bit >> 3)
              .toString()
              .split('\n').length,
        ),
      ).toBeLessThan(2);
    }
    const at = bytes.indexOf('"step":2');
    const { problem, events, from } = await goOn(await changed(LOG, turn(8 * at)), 'opened');
    expect({ from, told: told(events) }).toEqual({ from: 4, told: [1, 3, 4] });
    expect(problem).toBe('In the log (events.jsonl) line 3 cannot be read and is left out.');
  });

  test('whose end is torn is cut to its last whole line, and nothing is glued to it', async () => {
    const store = await changed(LOG, (bytes) => bytes.subarray(0, -40));
    const { problem, model } = await goOn(store);
    expect(problem).toMatch(/ends before the checkpoint of step 4.*last line.*was cut short and is dropped/);
    expect(model).toEqual(want);
    const { events, damaged, torn } = await store.log.story();
    expect({ told: told(events), damaged, torn }).toEqual({ told: [1, 2, 3, 4, 5, 6], damaged: [], torn: false });
  });

  test('that is gone is said', async () => {
    const store = await changed(LOG, () => '');
    const { problem, from } = await goOn(store, 'opened');
    expect(from).toBe(4);
    expect(problem).toMatch(/ends before the checkpoint of step 4/);
  });
});
