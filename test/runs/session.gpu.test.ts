/** Runs that last: resume to the bit, a log that is cut short, a full disk, a lost device. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DeviceLost } from '../../src/gpu/errors';
import { openNodeGpu } from '../../src/gpu/open.node';
import { type Files, readText } from '../../src/host/files';
import { diskFiles } from '../../src/host/files.node';
import { completeCheckpoints } from '../../src/runs/checkpoint';
import { parseEvents } from '../../src/runs/stored-runs';
import { testDevice } from '../setup/gpu';
import { openSession, stateAfter } from '../setup/session';

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
    const first = await openSession(device.gpu, SETTINGS, files);
    for (let i = 0; i < 3; i++) await first.session.next(); // the third step is lost, as after a kill
    first.session.destroy();
    await files.append('events.jsonl', '{"type":"step","v":1,"st'); // and a line was being written
    expect(await completeCheckpoints(files)).toEqual([2]);
    const second = await openSession(device.gpu, SETTINGS, files, { step: 2 });
    await second.session.next();
    await second.session.next();
    expect(await second.session.policy.state()).toEqual(whole);
    second.session.destroy();
    const steps = parseEvents(await readText(files, 'events.jsonl')).filter((e) => e.type === 'step');
    expect(steps.map((e) => e.step)).toEqual([1, 2, 3, 4]);
  });

  it('continued from a state in memory keeps its whole log', async () => {
    const first = await openSession(device.gpu, SETTINGS, files);
    for (let i = 0; i < 3; i++) await first.session.next();
    const resume = await first.session.held();
    first.session.destroy();
    const second = await openSession(device.gpu, SETTINGS, files, resume);
    await second.session.next();
    second.session.destroy();
    const steps = parseEvents(await readText(files, 'events.jsonl')).filter((e) => e.type === 'step');
    expect(steps.map((e) => e.step)).toEqual([1, 2, 3, 4]);
  });

  it('ignores a checkpoint that was being written', async () => {
    const { session } = await openSession(device.gpu, SETTINGS, files);
    for (let i = 0; i < 4; i++) await session.next();
    session.destroy();
    await files.truncate('checkpoints/step-000004/optimizer.safetensors', 1000);
    expect(await completeCheckpoints(files)).toEqual([2]);
  });

  const full: Partial<Files> = {
    append: () => Promise.reject(Object.assign(new Error('no space left on device'), { name: 'QuotaExceededError' })),
  };

  it('stops with the reason when the disk is full', async () => {
    const { session } = await openSession(device.gpu, SETTINGS, { ...files, ...full });
    await expect(session.next()).rejects.toThrow(/no space left/);
    session.destroy();
  });

  it('ends with DeviceLost when the device goes away', async ({ skip }) => {
    skip('Deno' in globalThis, 'wgpu never answers a read-back of a device that was destroyed');
    const gpu = await openNodeGpu();
    const { session } = await openSession(gpu, SETTINGS);
    await session.next();
    const step = session.next();
    gpu.destroy();
    await expect(step).rejects.toBeInstanceOf(DeviceLost);
  });
});
