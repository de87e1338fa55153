/** Adapters on the command line: PEFT's own put on a model, merged into it, and taken out again. */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { labHere as lab } from '../setup/cli-here';
import { close } from '../setup/close';
import { type Expected, fixtureJson, fixturePath, fixtureTensors } from '../setup/fixtures';

let folder: string;
const at = (...parts: string[]) => join(folder, ...parts);
const { tokens } = fixtureJson<Expected>('llama', 'expected.json');
const peft = fixtureJson<{ on: number[][]; off: number[][] }>('llama-lora', 'expected.json');
const [base, adapter] = [fixturePath('llama'), fixturePath('llama-lora')];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'antisd-adapters-'));
  await writeFile(at('tokens.json'), JSON.stringify({ tokens }));
});
afterAll(() => rm(folder, { recursive: true }));

async function logprob(...args: string[]): Promise<number[]> {
  const { code, stdout, stderr } = await lab(['score', '--tokens', at('tokens.json'), ...args]);
  expect(code, stderr).toBe(0);
  return (JSON.parse(stdout) as Expected).logprob.flat();
}

async function merge(out: string, ...args: string[]): Promise<string> {
  const { code, stderr } = await lab(['merge', '--out', at(out), ...args]);
  expect(code, stderr).toBe(0);
  return at(out);
}

const near = { atol: 1e-5, why: 'f32 through two layers' };

it('score --adapter gives what PEFT gives', async () => {
  close(await logprob('--model', base, '--adapter', adapter), peft.on.flat(), near, 'on');
});

it('merge makes a folder that needs no adapter; --undo takes it out again', async () => {
  const merged = await merge('merged', '--model', base, '--adapter', adapter);
  expect(await readdir(merged)).toEqual(['config.json', 'model.safetensors']);
  close(await logprob('--model', merged), peft.on.flat(), near, 'merged');
  const undone = await merge('undone', '--model', merged, '--adapter', adapter, '--undo');
  close(await logprob('--model', undone), peft.off.flat(), near, 'undone');
});

it('merge writes the format asked for, half the size', async () => {
  for (const [dtype, torch, atol] of [
    ['bf16', 'bfloat16', 0.2],
    ['f16', 'float16', 0.02],
  ] as const) {
    const merged = await merge(dtype, '--model', base, '--adapter', adapter, '--dtype', dtype);
    const config = JSON.parse(await readFile(join(merged, 'config.json'), 'utf8'));
    expect(config.torch_dtype).toBe(torch);
    const values = [...fixtureTensors('llama', 'model.safetensors').values()].reduce((n, t) => n + t.data.length, 0);
    const bytes = (await readFile(join(merged, 'model.safetensors'))).length;
    expect(bytes).toBeLessThan(2 * values + 4096);
    close(await logprob('--model', merged), peft.on.flat(), { atol, why: `${dtype} keeps so many digits` }, dtype);
  }
});

it.each<[string, string[], RegExp]>([
  ['a format that is none', ['--model', base, '--adapter', adapter, '--dtype', 'int8'], /--dtype is "int8"/],
  ['an adapter of another model', ['--model', fixturePath('olmo3'), '--adapter', adapter], /made for another model/],
  ['a folder without an adapter', ['--model', base, '--adapter', base], /adapter_config.json is missing/],
])('%s: exit code 2, no folder', async (_, args, message) => {
  const { code, stderr } = await lab(['merge', '--out', at('never'), ...args]);
  expect(stderr).toMatch(message);
  expect(code).toBe(2);
  expect(await readdir(folder)).not.toContain('never');
});
