/** `pretrain` as a user runs it: killed in the middle and resumed to the byte, while no second process touches its folder. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lab, launcher } from '../setup/cli';
import { labHere } from '../setup/cli-here';

let folder: string;
const at = (name: string) => join(folder, name);
let going: ChildProcess | undefined;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'antisd-pretrain-'));
});
afterAll(async () => {
  going?.kill('SIGKILL');
  await rm(folder, { recursive: true });
});

const SETTINGS = '--steps 60 --batch 2 --layers 1 --checkpoint-every 10 --seed 3'.split(' ');

/** Every file of weights and moments in a run, by its path. */
async function stored(run: string): Promise<Map<string, Buffer>> {
  const files = (await readdir(run, { recursive: true })).filter((name) => name.endsWith('.safetensors')).sort();
  return new Map(await Promise.all(files.map(async (name) => [name, await readFile(join(run, name))] as const)));
}

type Line = { type: string; resumedFrom?: number | null };
async function log(run: string): Promise<Line[]> {
  const lines = (await readFile(join(run, 'events.jsonl'), 'utf8')).trimEnd().split('\n');
  return lines.map((line) =>
    JSON.parse(line, (key, value) => (['crc', 'seconds', 'eta'].includes(key) ? undefined : value)),
  );
}

/** Runs until its stderr has `text`. */
async function begin(args: string[], text: string): Promise<ChildProcess> {
  const child = spawn(process.execPath, [launcher, ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  await new Promise<void>((resolve, reject) => {
    child.stderr.on('data', (piece) => {
      said += piece;
      if (said.includes(text)) resolve();
    });
    child.on('close', () => reject(new Error(said)));
  });
  return child;
}

describe('pretrain', () => {
  it('killed and resumed leaves the bytes of a run that never stopped; meanwhile its folder is its own', async () => {
    const [whole, parts] = [at('whole'), at('parts')];
    const through = await lab(['pretrain', '--json', '--out', whole, ...SETTINGS]);
    expect(through.code).toBe(0);
    expect(through.stderr).toMatch(/\d+ parameters, step 0 of 60/);
    expect(through.stderr).toMatch(/step 25\/60 {2}loss [\d.]+ \(mean [\d.]+\) {2}\|g\| [\d.]+ {2}\d+ tokens\/s/);
    expect((await readdir(whole)).sort()).toEqual(['checkpoints', 'config.json', 'events.jsonl', 'final']);

    going = await begin(['pretrain', '--out', parts, ...SETTINGS], 'step 25/60');
    going.kill('SIGSTOP');
    const before = await readFile(join(parts, 'events.jsonl'));
    const second = await lab(['pretrain', '--resume', parts]);
    expect(second.code).toBe(2);
    expect(second.stderr).toContain(`The run is in use by process ${going.pid} (${parts})`);
    const other = await lab(['train', '--resume', parts]);
    expect([other.code, other.stderr]).toEqual([2, expect.stringContaining('Give it to pretrain --resume')]);
    expect(await readFile(join(parts, 'events.jsonl'))).toEqual(before);
    const gone = new Promise((resolve) => going?.on('exit', resolve));
    going.kill('SIGKILL');
    await gone;

    const resumed = await lab(['pretrain', '--resume', parts]);
    expect([resumed.code, resumed.stderr]).toEqual([0, expect.stringMatching(/step [2-5]0 of 60/)]);
    expect(await stored(parts)).toEqual(await stored(whole));
    const [want, got] = [await log(whole), await log(parts)];
    expect(got.filter((e) => e.type !== 'pretrain-start')).toEqual(want.filter((e) => e.type !== 'pretrain-start'));
    expect(got.filter((e) => e.type === 'pretrain-start').map((e) => e.resumedFrom)).toEqual([
      null,
      expect.any(Number),
    ]);
    expect(through.stdout).toBe(await readFile(join(whole, 'events.jsonl'), 'utf8'));
  });

  it('refuses a task without a corpus before a folder exists', async () => {
    const { code, stderr } = await labHere(['pretrain', '--task', 'none', '--out', at('never')]);
    expect([code, stderr]).toEqual([2, expect.stringContaining('no task is called "none"')]);
    expect(await readdir(folder)).not.toContain('never');
  });
});
