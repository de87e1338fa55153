/** The engine with a supervised run: previewed, started, stepped, lost and recovered, finished, stored and found again. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Gpu } from '../../src/gpu/device';
import { openNodeGpu } from '../../src/gpu/open.node';
import { diskFiles } from '../../src/host/files.node';
import { ModelShelf } from '../../src/library/model-shelf';
import type { RunEvent } from '../../src/runs/events';
import { parseSftConfig } from '../../src/settings/settings-sft';
import { fixtureBytes } from '../setup/checkpoints';
import { TestEngine } from '../setup/engine';
import { diskFolder } from '../setup/fixtures';
import { testDevice } from '../setup/gpu';
import { NANO } from '../setup/session';

let folder: string;
let engine: TestEngine;
const events = (): RunEvent[] => engine.events;
const steps = () => events().flatMap((e) => (e.type === 'sft-step' ? [e.step] : []));

const device = testDevice();
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'antisd-runner-'));
  const files = ['config.json', 'model.safetensors', 'tokenizer.json', 'tokenizer_config.json'];
  const shelf = new ModelShelf({ builtIn: { nano: async () => diskFolder(NANO) }, cache: async () => null });
  shelf.drop(
    files.map((name) => ({ path: `tiny-chat/${name}`, file: new File([fixtureBytes('tiny-chat', name)], name) })),
  );
  shelf.drop([new File([fixtureBytes('tiny-chat', 'conversations.jsonl')], 'sums.jsonl')]);
  const devices = [await openNodeGpu(), device.gpu]; // one to be lost
  engine = new TestEngine({
    openGpu: async () => devices.shift() as Gpu,
    shelf,
    runsFolder: async () => diskFiles(folder),
    runFolder: async (id) => diskFiles(join(folder, id)),
  });
});
afterAll(() => rm(folder, { recursive: true, maxRetries: 10 }));

const config = parseSftConfig(
  { model: 'dropped:tiny-chat', data: 'dropped:sums.jsonl', epochs: 3, samples: 1, sampleTokens: 8, warmupSteps: 0 },
  'test',
);

it('says what a model would learn from the data, or why nothing', async () => {
  const preview = (change: object = {}) => engine.ask({ type: 'preview', config: { ...config, ...change } });
  expect(await preview()).toMatchObject({ leftOut: 0, templated: true });
  expect(await preview({ model: 'nano' })).toEqual({
    refused: expect.stringMatching(/none can be learnt from/),
    unreadable: false,
  });
  expect(await preview({ data: 'dropped:gone.jsonl' })).toEqual({
    refused: expect.stringMatching(/dropped on another visit/),
    unreadable: true,
  });
});

it('waits after loading, takes one step when told, and goes on from the last good one after the device was lost', async () => {
  await engine.ask({ type: 'start', config, paused: true });
  await engine.until('the beginning', () => events().some((e) => e.type === 'phase' && e.phase === 'paused'));
  expect(events().find((e) => e.type === 'sft-start')).toMatchObject({ config, resumedFrom: null });
  expect(steps()).toEqual([]);
  await engine.ask({ type: 'step' });
  await engine.until('a step and a pause', () => steps().length === 1 && events().at(-1)?.type === 'phase');
  expect(events().some((e) => e.type === 'sft-tokens')).toBe(true);

  await engine.ask({ type: 'lose-device' });
  await engine.until('the fault', () => events().some((e) => e.type === 'fault'));
  expect(events().find((e) => e.type === 'fault')).toMatchObject({ fault: { kind: 'device-lost', lastGoodStep: 1 } });
  await engine.ask({ type: 'recover' });
  expect(events().findLast((e) => e.type === 'sft-start')).toMatchObject({ resumedFrom: 1 });
  await engine.ask({ type: 'resume' });
  await engine.until('the end', () => events().at(-1)?.type === 'done');
  expect(events().at(-1)).toMatchObject({ reason: 'finished' });
  expect(new Set(steps()).size).toBe(steps().length); // none twice
});

it('exports the adapter, lists the run with its data, and gives its events back', async () => {
  const files = await engine.ask({ type: 'export-model' });
  expect(files.map((f) => f.name)).toEqual(['adapter_config.json', 'adapter_model.safetensors']);
  const peft = JSON.parse(new TextDecoder().decode(files[0].bytes));
  expect(peft).toMatchObject({ base_model_name_or_path: 'tiny-chat', r: 16, peft_type: 'LORA' });
  const [run] = await engine.ask({ type: 'list-runs' });
  expect(run).toMatchObject({ steps: steps().length, label: expect.stringContaining('sums.jsonl') });
  const stored = await engine.ask({ type: 'load-run', run: run.id });
  expect(stored.flatMap((e) => (e.type === 'sft-step' ? [e.step] : []))).toEqual(steps());
  expect(stored.filter((e) => e.type === 'sample').length).toBe(events().filter((e) => e.type === 'sample').length);
});
