/** The page's runner with a supervised run: previewed, started, stepped, lost and recovered, finished, stored and found again. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { prepareDevice } from '../../src/engine/prepare-device';
import type { LabMessage } from '../../src/engine/protocol';
import { Runner } from '../../src/engine/runner';
import { openNodeGpu } from '../../src/gpu/open.node';
import { diskFiles } from '../../src/host/files.node';
import { ModelShelf } from '../../src/library/model-shelf';
import type { RunEvent } from '../../src/runs/events';
import { parseSftConfig } from '../../src/settings/settings-sft';
import { fixtureBytes } from '../setup/checkpoints';
import { diskFolder } from '../setup/fixtures';
import { NANO } from '../setup/session';

let folder: string;
let runner: Runner;
const messages: LabMessage[] = [];
const events = (): RunEvent[] => messages.flatMap((m) => (m.type === 'event' ? [m.event] : []));
const last = <T extends LabMessage['type']>(type: T) =>
  messages.filter((m): m is Extract<LabMessage, { type: T }> => m.type === type).at(-1);
const steps = () => events().flatMap((e) => (e.type === 'sft-step' ? [e.step] : []));

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'antisd-runner-'));
  const files = ['config.json', 'model.safetensors', 'tokenizer.json', 'tokenizer_config.json'];
  const shelf = new ModelShelf({ builtIn: { nano: async () => diskFolder(NANO) }, cache: async () => null });
  shelf.drop(
    files.map((name) => ({ path: `tiny-chat/${name}`, file: new File([fixtureBytes('tiny-chat', name)], name) })),
  );
  shelf.drop([new File([fixtureBytes('tiny-chat', 'conversations.jsonl')], 'sums.jsonl')]);
  runner = new Runner({
    openGpu: openNodeGpu,
    prepare: (gpu) => prepareDevice(gpu, null),
    shelf,
    runsFolder: async () => diskFiles(folder),
    runFolder: async (id) => diskFiles(join(folder, id)),
    send: (message) => messages.push(message),
  });
});
afterAll(() => rm(folder, { recursive: true }));

/** Waits until the runner has said something. */
async function until(what: string, holds: () => boolean): Promise<void> {
  for (const end = Date.now() + 120_000; !holds(); await new Promise((r) => setTimeout(r, 20)))
    if (Date.now() > end)
      throw new Error(`waited for ${what}; said ${JSON.stringify(messages.slice(-3)).slice(0, 500)}`);
}

const config = parseSftConfig(
  { model: 'dropped:tiny-chat', data: 'dropped:sums.jsonl', epochs: 3, samples: 1, sampleTokens: 8, warmupSteps: 0 },
  'test',
);

it('says what a model would learn from the data, or why nothing', async () => {
  await runner.handle({ type: 'preview', config });
  expect(last('previewed')).toMatchObject({ config, preview: { leftOut: 0, templated: true } });
  await runner.handle({ type: 'preview', config: { ...config, model: 'nano' } });
  expect(last('previewed')?.preview).toEqual({ refused: expect.stringMatching(/none can be learnt from/) });
  await runner.handle({ type: 'preview', config: { ...config, data: 'dropped:gone.jsonl' } });
  expect(last('previewed')?.preview).toEqual({ refused: expect.stringMatching(/dropped on another visit/) });
});

it('waits after loading, takes one step when told, and goes on from the last good one after the device was lost', async () => {
  await runner.handle({ type: 'start', config, paused: true });
  await until('the beginning', () => events().some((e) => e.type === 'phase' && e.phase === 'paused'));
  expect(events().find((e) => e.type === 'sft-start')).toMatchObject({ config, resumedFrom: null });
  expect(steps()).toEqual([]);
  await runner.handle({ type: 'step' });
  await until('a step and a pause', () => steps().length === 1 && events().at(-1)?.type === 'phase');
  expect(events().some((e) => e.type === 'sft-tokens')).toBe(true);

  await runner.handle({ type: 'lose-device' });
  await until('the fault', () => events().some((e) => e.type === 'fault'));
  expect(events().find((e) => e.type === 'fault')).toMatchObject({ fault: { kind: 'device-lost', lastGoodStep: 1 } });
  await runner.handle({ type: 'recover' });
  expect(events().findLast((e) => e.type === 'sft-start')).toMatchObject({ resumedFrom: 1 });
  await runner.handle({ type: 'resume' });
  await until('the end', () => events().at(-1)?.type === 'done');
  expect(events().at(-1)).toMatchObject({ reason: 'finished' });
  expect(new Set(steps()).size).toBe(steps().length); // none twice
});

it('exports the adapter, lists the run with its data, and gives its events back', async () => {
  await runner.handle({ type: 'export-model' });
  const files = last('exported')?.files ?? [];
  expect(files.map((f) => f.name)).toEqual(['adapter_config.json', 'adapter_model.safetensors']);
  const peft = JSON.parse(new TextDecoder().decode(files[0].bytes));
  expect(peft).toMatchObject({ base_model_name_or_path: 'tiny-chat', r: 16, peft_type: 'LORA' });
  await runner.handle({ type: 'list-runs' });
  const [run] = last('runs')?.runs ?? [];
  expect(run).toMatchObject({ steps: steps().length, label: expect.stringContaining('sums.jsonl') });
  await runner.handle({ type: 'load-run', id: run.id });
  const stored = last('run')?.events ?? [];
  expect(stored.flatMap((e) => (e.type === 'sft-step' ? [e.step] : []))).toEqual(steps());
  expect(stored.filter((e) => e.type === 'sample').length).toBe(events().filter((e) => e.type === 'sample').length);
  await runner.handle({ type: 'lose-device' });
});
