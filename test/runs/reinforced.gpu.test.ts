/** Runs that last: resume to the bit, a log that is cut short, a full disk, a lost device. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DeviceLost } from '../../src/gpu/errors';
import { openNodeGpu } from '../../src/gpu/open.node';
import type { Files } from '../../src/host/files';
import { diskFiles } from '../../src/host/files.node';
import { Checkpoints } from '../../src/runs/checkpoint';
import { StoredLog } from '../../src/runs/stored-log';
import { testDevice } from '../setup/gpu';
import { openRun, stateAfter } from '../setup/session';

const device = testDevice();
let folder: string;
let files: Files;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'antisd-'));
  files = diskFiles(folder);
});
afterEach(() => rm(folder, { recursive: true }));

const SETTINGS = { arm: 'antisd', gateWarmup: 2, checkpointEvery: 2 };

describe('a run', () => {
  it('resumed from its checkpoint ends with the bits of one that never stopped', async () => {
    const whole = await stateAfter(device.gpu, SETTINGS, 4);
    const first = await openRun(device.gpu, SETTINGS, files);
    for (let i = 0; i < 3; i++) await first.run.next(); // the third step is lost, as after a kill
    first.run.destroy();
    await files.append('events.jsonl', '{"type":"step","v":1,"st'); // and a line was being written
    expect(await new Checkpoints(files).last()).toBe(2);
    const second = await openRun(device.gpu, SETTINGS, files, { step: 2 });
    await second.run.next();
    await second.run.next();
    expect(await second.run.policy.state()).toEqual(whole);
    second.run.destroy();
    const steps = (await new StoredLog(files).story()).events.filter((e) => e.type === 'step');
    expect(steps.map((e) => e.step)).toEqual([1, 2, 3, 4]);
  });

  it('whose texts are scored again and whose rollouts are thinned has the bits of one that does neither', async () => {
    const watched = { ...SETTINGS, probeEvery: 1, keepRollouts: 2 };
    const whole = await stateAfter(device.gpu, SETTINGS, 4);
    const first = await openRun(device.gpu, watched, files);
    for (let i = 0; i < 3; i++) await first.run.next();
    first.run.destroy();
    const second = await openRun(device.gpu, watched, files, { step: 2 });
    await second.run.next();
    await second.run.next();
    expect(await second.run.policy.state()).toEqual(whole);
    second.run.destroy();
    const { events } = await new StoredLog(files).story();
    expect(events.flatMap((e) => (e.type === 'signals' ? [e.step] : []))).toEqual([2, 4]);
    const probes = events.filter((e) => e.type === 'probe');
    expect(probes.map((e) => e.step)).toEqual([0, 1, 2, 3, 4]);
    const texts = probes.map((e) => e.rollouts.map(({ problem, tokens }) => [problem, ...tokens].join(' ')));
    expect(texts[0]).toHaveLength(4);
    expect(new Set(texts.map((text) => text.join('\n'))).size).toBe(1);
    expect(new Set(probes.map((e) => e.signals.u.join())).size).toBeGreaterThan(2); // the policy moved
    expect(probes[0].signals.u.some((u) => Math.abs(u) > 0.5)).toBe(true);
  });

  it('continued from a state in memory keeps its whole log', async () => {
    const first = await openRun(device.gpu, SETTINGS, files);
    for (let i = 0; i < 3; i++) await first.run.next();
    const resume = await first.run.held();
    first.run.destroy();
    const second = await openRun(device.gpu, SETTINGS, files, resume);
    await second.run.next();
    second.run.destroy();
    const steps = (await new StoredLog(files).story()).events.filter((e) => e.type === 'step');
    expect(steps.map((e) => e.step)).toEqual([1, 2, 3, 4]);
  });

  it('ignores a checkpoint that was being written', async () => {
    const { run } = await openRun(device.gpu, SETTINGS, files);
    for (let i = 0; i < 4; i++) await run.next();
    run.destroy();
    await files.truncate('checkpoints/step-000004/optimizer.safetensors', 1000);
    expect(await new Checkpoints(files).last()).toBe(2);
  });

  const full: Partial<Files> = {
    append: () => Promise.reject(Object.assign(new Error('no space left on device'), { name: 'QuotaExceededError' })),
  };

  it('stops with the reason when the disk is full', async () => {
    const { run } = await openRun(device.gpu, SETTINGS, { ...files, ...full });
    await expect(run.next()).rejects.toThrow(/no space left/);
    run.destroy();
  });

  it('ends with DeviceLost when the device goes away', async ({ skip }) => {
    skip('Deno' in globalThis, 'wgpu never answers a read-back of a device that was destroyed');
    const gpu = await openNodeGpu();
    const { run } = await openRun(gpu, SETTINGS);
    await run.next();
    const step = run.next();
    gpu.destroy();
    await expect(step).rejects.toBeInstanceOf(DeviceLost);
  });
});
