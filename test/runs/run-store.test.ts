/** A run's folder is one holder's at a time, and empty until something is in it. */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Busy } from '../../src/host/files';
import { diskFiles } from '../../src/host/files.node';
import { RunStore } from '../../src/runs/run-store';
import { parseSftConfig } from '../../src/settings/settings-sft';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'antisd-store-'));
});
afterEach(() => rm(folder, { recursive: true }));

test('it is held by one at a time, and leaves no lock behind', async () => {
  const [first, second] = [1, 2].map(() => new RunStore(diskFiles(folder)));
  await first.hold();
  await first.hold(); // it is its own already
  expect([await first.isHeld(), await second.isHeld()]).toEqual([true, true]);
  const refused = await second.hold().catch((error) => error);
  expect(refused).toBeInstanceOf(Busy);
  expect(refused.holder).toBe(process.pid);
  expect(await second.isEmpty()).toBe(true); // a lock is no file of a run
  await first.release();
  expect(await readdir(folder)).toEqual([]);
  await second.hold();
  expect(await first.isHeld()).toBe(true);
  await second.release();
  expect(await first.isHeld()).toBe(false);
});

test('its configuration comes back, and then it is not empty', async () => {
  const store = new RunStore(diskFiles(folder));
  expect(await store.config()).toBeNull();
  const config = parseSftConfig({ seed: 3 }, 'test');
  await store.writeConfig(config);
  expect(await store.config()).toEqual(config);
  expect(await store.isEmpty()).toBe(false);
});
