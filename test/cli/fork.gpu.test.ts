/** A run's folder on the command line: what becomes of it where its configuration was changed, and where there is no adapter. */
import { spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkpointFolder } from '../../src/runs/checkpoint';
import { lab, launcher } from '../setup/cli';
import { labHere } from '../setup/cli-here';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'antisd-fork-'));
});
afterAll(() => rm(folder, { recursive: true }));

const at = (name: string) => join(folder, name);
const weights = (run: string, step: number) => readFile(join(at(run), checkpointFolder(step), 'model.safetensors'));

test('a changed config.json is refused by name, and a fork begins a new run from the checkpoint with it', async () => {
  const made = await lab(
    `pretrain --out ${at('one')} --steps 4 --batch 1 --layers 1 --checkpoint-every 4 --seed 3`.split(' '),
  );
  expect(made.code).toBe(0);
  const file = join(at('one'), 'config.json');
  const config = JSON.parse(await readFile(file, 'utf8'));
  await writeFile(file, JSON.stringify({ ...config, options: { ...config.options, steps: 6 } }));

  const resumed = await labHere(['pretrain', '--resume', at('one')]);
  expect([resumed.code, resumed.stderr]).toEqual([2, expect.stringMatching(/options.steps is 6 and was 4.*--fork/)]);
  const both = await labHere(['pretrain', '--resume', at('one'), '--fork', at('one')]);
  expect([both.code, both.stderr]).toEqual([2, expect.stringMatching(/--fork does not go with --resume/)]);

  const forked = await lab(['pretrain', '--fork', at('one'), '--out', at('two')]);
  expect([forked.code, forked.stderr]).toEqual([0, expect.stringMatching(/step 4 of 6/)]);
  expect(await weights('two', 4)).toEqual(await weights('one', 4));
  const log = (await readFile(join(at('two'), 'events.jsonl'), 'utf8')).trimEnd().split('\n');
  expect(log.map((line) => JSON.parse(line)).map(({ type, step, resumedFrom }) => [type, step ?? resumedFrom])).toEqual(
    [['pretrain-start', 4], ['checkpoint', 4], ...[5, 6].map((step) => ['pretrain-step', step]), ['done', 6]],
  );
  expect(JSON.parse(await readFile(join(at('two'), 'config.json'), 'utf8')).options.steps).toBe(6);
  expect(await readdir(join(at('one'), 'checkpoints'))).toEqual(['step-000004']); // as it was
});

test('another method begins at a checkpoint with its optimiser and a gate of its own, and says so', async () => {
  const small = '--problems 2 --group 2 --eval-every 0 --checkpoint-every 2 --min-depth 1'.split(' ');
  expect((await lab(['train', '--method', 'grpo', '--steps', '2', ...small, '--out', at('grpo')])).code).toBe(0);
  const same = await lab(['train', '--fork', at('grpo'), '--out', at('same')]);
  expect([same.code, same.stderr]).toEqual([2, expect.stringMatching(/stands at step 2.*more steps/)]);
  const on = await lab([
    'train',
    '--fork',
    at('grpo'),
    '--method',
    'antisd',
    '--steps',
    '3',
    '--out',
    at('on'),
    '--json',
  ]);
  expect(on.code).toBe(0);
  const events = on.stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(events.find(({ type }) => type === 'start').warnings[0]).toMatch(
    /begins at step 2 of one of grpo.*begin anew/,
  );
  expect(events.find(({ type }) => type === 'step')).toMatchObject({ step: 3, gateState: 'warm-up', lambda: 0 });
  const moments = (run: string, step: number) =>
    readFile(join(at(run), checkpointFolder(step), 'optimizer.safetensors'));
  expect(await moments('on', 2)).toEqual(await moments('grpo', 2));
  const state = async (run: string, step: number) =>
    JSON.parse(await readFile(join(at(run), checkpointFolder(step), 'state.json'), 'utf8'));
  expect((await state('on', 2)).extra.method).toMatchObject({ since: 2, gate: { steps: 0, warm: [] }, deviations: [] });
  expect((await state('grpo', 2)).extra.method).toMatchObject({ gate: { steps: 2 } });
});

test('without an adapter nothing is left behind, and nothing is cut', async () => {
  const env = {
    ...process.env,
    VK_ICD_FILENAMES: join(folder, 'none.json'),
    VK_DRIVER_FILES: join(folder, 'none.json'),
  };
  const child = spawn(process.execPath, [launcher, 'pretrain', '--out', at('three')], { env, stdio: 'ignore' });
  const code = await new Promise((resolve) => child.on('close', resolve));
  expect(code).toBe(3);
  expect(await readdir(folder)).not.toContain('three');
});
