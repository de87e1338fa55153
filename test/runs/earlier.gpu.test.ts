/** Folders of earlier versions go on to the bit: what their state.json, logs and configurations held, as they wrote it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { NATIVE_TASK } from '../../src/data/tasks';
import { diskFiles } from '../../src/host/files.node';
import { deviceReport } from '../../src/kernels/device-report';
import { openModel } from '../../src/library/open-model';
import { NANO_CONFIG } from '../../src/model/net/config';
import type { TrainingState } from '../../src/model/net/policy';
import { writeSafetensors } from '../../src/model/weights/safetensors';
import { checkpointFolder } from '../../src/runs/checkpoint';
import { type PreparedRun, pretrainingRun, reinforcedRun, supervisedRun } from '../../src/runs/open-run';
import { parseRunConfig, type RunKind } from '../../src/runs/run-config';
import { RunStore } from '../../src/runs/run-store';
import { examplesFor } from '../../src/runs/sft-examples';
import { parseTrainConfig } from '../../src/settings/config';
import { NANO_RECIPE, type PretrainConfig } from '../../src/settings/settings-pretrain';
import { parseSftConfig } from '../../src/settings/settings-sft';
import { fixtureBytes } from '../setup/checkpoints';
import { readConversations } from '../setup/data';
import { readText } from '../setup/files';
import { diskFolder, fixturePath } from '../setup/fixtures';
import { testDevice } from '../setup/gpu';
import { NANO } from '../setup/session';

const device = testDevice();
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'antisd-earlier-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** How a kind's folder was: the facts of its checkpoints in their order, and which events its log had. */
interface Earlier {
  readonly kind: RunKind;
  readonly facts: readonly string[];
  readonly told: RegExp;
  prepare(): Promise<PreparedRun>;
}

const { eosIds, ...shape } = NANO_CONFIG;
const { decayAll: _, ...recipe } = NANO_RECIPE;
/** config.json of a pretraining run, whose models had one end token and whose norms decayed. */
const PRETRAIN = {
  kind: 'pretrain',
  task: 'two-cards',
  model: { ...shape, layers: 1, sliding: [false], eosId: eosIds[0] },
  options: { ...recipe, steps: 6, batch: 2, seed: 5 },
};
const KINDS: readonly Earlier[] = [
  {
    kind: 'train',
    facts: ['method', 'eventBytes', 'seconds', 'evalAccuracy', 'matmul'],
    told: /./,
    async prepare() {
      const settings = { arm: 'antisd', gateWarmup: 2, problems: 2, group: 4, evalEvery: 0, steps: 5, seed: 1 };
      return reinforcedRun(parseTrainConfig(settings), await openModel(diskFolder(NANO)), NATIVE_TASK.task);
    },
  },
  {
    kind: 'sft',
    facts: ['eventBytes', 'seconds', 'totalTokens', 'heldOutLoss', 'fingerprint', 'matmul'],
    told: /./,
    async prepare() {
      const settings = { model: 'tiny-chat', data: 'sums.jsonl', loraRank: 4, loraDropout: 0.1, samples: 1 };
      const config = parseSftConfig({ ...settings, sampleTokens: 8, batch: 4 }, 'test');
      const model = await openModel(diskFolder(fixturePath('tiny-chat')));
      const sums = await readConversations(fixtureBytes('tiny-chat', 'conversations.jsonl'), 'sums.jsonl');
      return supervisedRun(config, model, await examplesFor(model, sums, config.data, config.maxLength));
    },
  },
  {
    kind: 'pretrain',
    facts: ['eventBytes', 'matmul'],
    told: /"type":"pretrain-step"/,
    async prepare() {
      const config = parseRunConfig(PRETRAIN, 'test') as PretrainConfig;
      expect(config.options.decayAll).toBe(true);
      return pretrainingRun(config, NATIVE_TASK.task);
    },
  },
];

function open(prepared: PreparedRun, store: RunStore | null, from?: { step: number }) {
  const bench = { gpu: device.gpu, device: deviceReport(device.gpu), store, emit: () => {}, watched: false };
  return prepared.open(bench, from);
}

type Moments = Pick<TrainingState, 'firstMoment' | 'secondMoment'>;

/** Makes of a folder with a checkpoint of `step` what an earlier version left there. */
async function makeEarlier(store: RunStore, { facts, told }: Earlier, step: number, moments: Moments): Promise<void> {
  const { files } = store;
  const written = (await readText(files, 'events.jsonl')).trimEnd().split('\n');
  const lines = written.map((line) => line.replace(/^\{"crc":"[0-9a-f]+",/, '{')); // they had no checksums
  const log = new TextEncoder().encode(
    lines
      .filter((line) => told.test(line))
      .map((line) => `${line}\n`)
      .join(''),
  );
  await files.write('events.jsonl', log);
  const path = `${checkpointFolder(step)}/state.json`;
  const { extra, version, updates, sizes } = JSON.parse(await readText(files, path));
  expect(Object.keys(extra)).toEqual(expect.arrayContaining([...facts])); // none is missing from what is written now
  // Each moment was one tensor, as it lies in memory.
  const flat = (data: Float32Array) => ({ shape: [data.length], data });
  const optimizer = writeSafetensors([
    ['first_moment', flat(moments.firstMoment)],
    ['second_moment', flat(moments.secondMoment)],
  ]);
  await files.write(`${checkpointFolder(step)}/optimizer.safetensors`, optimizer);
  sizes['optimizer.safetensors'] = optimizer.length;
  const kept = Object.fromEntries(facts.map((name) => [name, name === 'eventBytes' ? log.length : extra[name]]));
  await files.write(path, new TextEncoder().encode(JSON.stringify({ version, step, updates, sizes, extra: kept })));
}

it.each(KINDS)('a $kind run of an earlier version', async (earlier) => {
  const prepared = await earlier.prepare();
  const whole = await open(prepared, null);
  for (let i = 0; i < 4; i++) await whole.next();
  const want = await whole.policy.state();
  whole.destroy();

  const store = new RunStore(diskFiles(folder));
  const first = await open(prepared, store);
  for (let i = 0; i < 2; i++) await first.next();
  await first.checkpoint();
  const moments = await first.policy.state();
  first.destroy();
  await makeEarlier(store, earlier, 2, moments);
  await store.files.append('events.jsonl', '{"v":1,"type":"'); // killed while it wrote

  const second = await open(prepared, store, { step: 2 });
  for (let i = 0; i < 2; i++) await second.next();
  expect(await second.policy.state()).toEqual(want);
  await second.finish('finished');
  second.destroy();
  const steps = (await store.log.story()).events.flatMap((e) =>
    e.type.endsWith('step') && 'step' in e ? [e.step] : [],
  );
  expect(steps).toEqual([1, 2, 3, 4]);
  expect(await store.log.ends()).toMatchObject({ step: 4, done: 'finished' });
  expect((await store.files.list('final')).length).toBeGreaterThan(1);
});

it('settings change on the way of reinforcement learning alone', async () => {
  for (const { kind, prepare } of KINDS) {
    const run = await open(await prepare(), null);
    const change = () => run.change({ learningRate: 1e-5 });
    if (kind === 'train') expect(change).not.toThrow();
    else expect(change).toThrow(/takes no settings while it runs/);
    run.destroy();
  }
});
