/** Which checkpoints stay. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Files } from '../../src/host/files';
import { diskFiles } from '../../src/host/files.node';
import { Checkpoints, checkpointFolder } from '../../src/runs/checkpoint';
import { recordBytes } from '../../src/runs/checkpoint-record';
import { utf8 } from '../setup/checkpoints';

let folder: string;
let files: Files;
let checkpoints: Checkpoints;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'antisd-checkpoints-'));
  files = diskFiles(folder);
  checkpoints = new Checkpoints(files);
});
afterEach(() => rm(folder, { recursive: true }));

/** One whole checkpoint of each step with these scores, from step 1. */
async function write(...scores: (number | null)[]): Promise<void> {
  for (const [i, score] of scores.entries()) {
    const extra = { eventBytes: null, matmul: 'plain' as const };
    const record = { version: 1 as const, step: i + 1, updates: i + 1, sizes: { 'a.bin': 3 }, score, extra };
    await files.write(`${checkpointFolder(i + 1)}/a.bin`, utf8('abc'));
    await files.write(`${checkpointFolder(i + 1)}/state.json`, recordBytes(record));
  }
}

test.each<[what: string, keep: number, scores: (number | null)[], stay: number[]]>([
  ['the last, and the best before it', 1, [0.1, 0.7, 0.3, 0.2], [2, 4]],
  ['the last, which is the best, and the best before it', 1, [0.1, 0.7, 0.3, 0.9], [2, 4]],
  ['of equals the newer', 1, [0.7, 0.1, 0.7, 0.2], [3, 4]],
  ['losses, which are below zero', 1, [-2, -1, -3, -4], [2, 4]],
  ['a measured one rather than a newer that is not', 1, [null, 0, null, null], [2, 4]],
  ['the one before, where nothing is measured', 1, [null, null, null, null], [3, 4]],
  ['more of the newest', 2, [0.9, null, 0.1, null, null], [1, 4, 5]],
  ['as many as there are', 4, [0.1, 0.2, 0.3], [1, 2, 3]],
  ['all', 0, [0.1, 0.2, 0.3], [1, 2, 3]],
])('stay: %s', async (_, keep, scores, stay) => {
  await write(...scores);
  await checkpoints.prune(keep);
  expect(await checkpoints.steps()).toEqual(stay);
  for (const step of stay)
    expect((await checkpoints.look(step)).record).toMatchObject({ step, score: scores[step - 1] });
});

test('what was cut short goes, and never counts as one that stays', async () => {
  await write(0.1, 0.9, 0.2, 0.3);
  await files.remove(`${checkpointFolder(2)}/state.json`);
  await files.write(`${checkpointFolder(3)}/a.bin`, utf8('ab'));
  await files.write('checkpoints/step-000009/a.bin', utf8('abc')); // being written
  await checkpoints.prune(1);
  expect(await checkpoints.steps()).toEqual([1, 4, 9]);
});
