/** Runs that train an adapter: the frozen model is there once, whatever is compared with it; resume to the bit; what a run leaves. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { diskFiles } from '../../src/host/files.node';
import { folderSource } from '../../src/library/sources/folder.node';
import { LoraLayout } from '../../src/model/net/lora';
import { Policy } from '../../src/model/net/policy';
import { readLoraFolder } from '../../src/model/weights/adapter';
import { openModelFolder } from '../../src/model/weights/folder';
import { mergedCatalog } from '../../src/model/weights/merge';
import { close } from '../setup/close';
import { diskFolder, SMALL } from '../setup/fixtures';
import { testDevice } from '../setup/gpu';
import { NANO, openRun, stateAfter } from '../setup/session';

const device = testDevice();
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'antisd-lora-'));
});
afterEach(() => rm(folder, { recursive: true }));

const LORA = {
  arm: 'antisd',
  loraRank: 4,
  loraAlpha: 8,
  learningRate: 1e-3,
  gateWarmup: 1,
  weightFormat: 'bf16',
  problems: 2,
};

it('a KL term takes no second copy of the model under an adapter, and one without', async () => {
  const bytes = async (settings: object) => {
    const before = device.gpu.liveBytes;
    const { run } = await openRun(device.gpu, settings);
    const taken = device.gpu.liveBytes - before;
    run.destroy();
    expect(device.gpu.liveBytes).toBe(before);
    return taken;
  };
  expect(await bytes({ ...LORA, klCoefficient: 0.1 })).toBe(await bytes(LORA));
  const all = { arm: 'grpo' };
  expect(await bytes({ ...all, klCoefficient: 0.1 })).toBeGreaterThan((await bytes(all)) + 143_712 * 4);
});

it('its reference is the base model, exactly: before the first update the KL is 0, after some it is not', async () => {
  const { run, events } = await openRun(device.gpu, { ...LORA, klCoefficient: 0.1 });
  for (let i = 0; i < 3; i++) await run.next();
  run.destroy();
  const kl = events.flatMap((e) => (e.type === 'step' ? [e.kl] : []));
  expect(kl[0]).toBe(0);
  expect(kl[2]).toBeGreaterThan(0);
});

it('resumed from its checkpoint ends with the bits of one that never stopped', async () => {
  const settings = { ...LORA, klCoefficient: 0.05, checkpointEvery: 2 };
  const whole = await stateAfter(device.gpu, settings, 4);
  const files = diskFiles(folder);
  const first = await openRun(device.gpu, settings, files);
  for (let i = 0; i < 3; i++) await first.run.next();
  first.run.destroy();
  const second = await openRun(device.gpu, settings, files, { step: 2 });
  await second.run.next();
  await second.run.next();
  expect(await second.run.policy.state()).toEqual(whole);
  second.run.destroy();
});

it('a checkpoint of an adapter is no checkpoint of a wider one; nothing stays on the device', async () => {
  const files = diskFiles(folder);
  const { run } = await openRun(device.gpu, { ...LORA, checkpointEvery: 1 }, files);
  await run.next();
  run.destroy();
  const before = device.gpu.liveBuffers;
  await expect(openRun(device.gpu, { ...LORA, loraRank: 8 }, files, { step: 1 })).rejects.toThrow(
    /lora_A.weight has shape \[4, 64\].* asks for \[8, 64\]/,
  );
  expect(device.gpu.liveBuffers).toBe(before);
});

it('what it leaves is PEFT’s folder: put on the model, or merged into it, it gives the trained policy', async () => {
  const files = diskFiles(folder);
  const settings = { ...LORA, weightFormat: 'f32', loraTargets: 'q_proj,down_proj', steps: 2 };
  const { run } = await openRun(device.gpu, settings, files);
  while (!run.finished) await run.next();
  await run.finish('finished');
  const sequences = [{ ids: [65, 3, 9, 14, 5, 20, 7, 30, 25], from: 1 }];
  const score = async (policy: Policy) => (await policy.score(policy.plan(sequences))).logprob;
  const trained = await score(run.policy);
  run.destroy();

  expect(await files.list('final')).toEqual(['adapter_config.json', 'adapter_model.safetensors']);
  const model = await openModelFolder(diskFolder(NANO));
  const adapter = await readLoraFolder(await folderSource(join(folder, 'final')), model.config);
  expect(adapter.settings).toMatchObject({ rank: 4, alpha: 8, targets: ['q_proj', 'down_proj'] });
  expect(new LoraLayout(model.config, adapter.settings).count).toBe(3 * 4 * (64 + 64 + 176 + 64));
  const again = await Policy.create(device.gpu, model.config, { ...SMALL, lora: adapter.settings }, model);
  again.setLora(adapter.packed);
  expect(await score(again)).toEqual(trained);
  again.destroy();
  const tensors = mergedCatalog(model.config, model.tensors, adapter);
  const merged = await Policy.create(device.gpu, model.config, { ...SMALL, training: false }, { ...model, tensors });
  close(await score(merged), trained, { atol: 1e-5, why: 'f32 through three layers' }, 'merged');
  merged.destroy();
});
