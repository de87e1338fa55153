/** A sweep on the command line: killed, it goes on to the bytes of a run that never stopped; a changed file is refused by name. */
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { diskFiles } from '../../src/host/files.node';
import { matmulVariant, setMatmulVariant } from '../../src/kernels/matmul/variants';
import { RunStore } from '../../src/runs/run-store';
import { lab } from '../setup/cli';
import { testDevice } from '../setup/gpu';
import { openRun } from '../setup/session';
import { until } from '../setup/until';

const device = testDevice();
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'antisd-sweep-'));
});
afterAll(() => rm(folder, { recursive: true }));

const at = (...names: string[]) => join(folder, ...names);
const settings = { steps: 8, problems: 1, group: 2, maxNewTokens: 12, evalEvery: 2, evalProblems: 1, evalSamples: 1 };
const write = (more: object) =>
  writeFile(
    at('file.json'),
    JSON.stringify({
      name: 'one',
      doc: 'What?',
      settings: { ...settings, checkpointEvery: 1, ...more },
      grid: { arm: ['grpo'] },
    }),
  );

test('killed in the middle it goes on, to the byte, and what is done is passed over', async () => {
  await write({});
  const sweep = ['sweep', at('file.json'), '--out', at('out')];
  const dry = await lab([...sweep, '--dry-run']);
  expect([dry.code, dry.stderr]).toEqual([
    0,
    expect.stringMatching(/grpo +to run +8 steps[\s\S]*1 cell, 8 steps to go/),
  ]);
  expect(existsSync(at('out'))).toBe(false);

  const killed = await lab(sweep, { until: (told) => told.includes('grpo: step 2 of 8'), signal: 'SIGKILL' });
  expect(killed.code).toBeNull();
  const store = new RunStore(diskFiles(at('out', 'grpo')));
  await until('the end of the run that lost its reader', async () => !(await store.isHeld()));
  expect((await store.log.ends()).done).not.toBe('finished');

  const again = await lab([...sweep, '--json']);
  expect([again.code, JSON.parse(again.stdout).cells]).toEqual([
    0,
    [expect.objectContaining({ id: 'grpo', standing: 'done', step: 8, steps: 8 })],
  ]);
  const [first] = (await readFile(at('out', 'grpo', 'events.jsonl'), 'utf8')).split('\n', 1);
  const { config, device: told } = JSON.parse(first);
  const before = matmulVariant(device.gpu);
  setMatmulVariant(device.gpu, told.variants.matmul);
  const { run } = await openRun(device.gpu, { ...config, evalEvery: 0 });
  while (!run.finished) await run.next();
  const whole = (await run.exportModel()).get('model.safetensors') as Uint8Array;
  run.destroy();
  setMatmulVariant(device.gpu, before);
  expect(Buffer.compare(await readFile(at('out', 'grpo', 'final', 'model.safetensors')), whole)).toBe(0);

  await write({ learningRate: 0.5 });
  const changed = await lab(sweep);
  expect([changed.code, changed.stderr]).toEqual([2, expect.stringMatching(/cell grpo .*learningRate is 0.5 and was/)]);
});
