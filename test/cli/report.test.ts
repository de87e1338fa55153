import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fakeRunEvents } from '../report/fake-runs';
import { labHere } from '../setup/cli-here';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'antisd-report-'));
  const log = fakeRunEvents({ takesOff: 60, steps: 20 })
    .map((event) => `${JSON.stringify(event)}\n`)
    .join('');
  for (const name of ['good', 'broken']) {
    await mkdir(join(folder, name));
    await writeFile(join(folder, name, 'config.json'), '{}');
  }
  await writeFile(join(folder, 'good/events.jsonl'), log);
  await mkdir(join(folder, 'broken/events.jsonl'));
});
afterAll(() => rm(folder, { recursive: true }));

test('one broken run does not hide the others', async () => {
  const { code, stdout, stderr } = await labHere(['report', folder]);
  expect({ code, stderr }).toEqual({
    code: 0,
    stderr: expect.stringMatching(/a folder where a file is wanted.*broken/),
  });
  expect(stdout).toContain('|');
});

test('named itself it is refused', async () => {
  const { code, stdout, stderr } = await labHere(['report', join(folder, 'good'), join(folder, 'broken')]);
  expect({ code, stdout, stderr }).toEqual({
    code: 2,
    stdout: '',
    stderr: expect.stringMatching(/a folder where a file/),
  });
});
