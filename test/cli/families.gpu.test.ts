/**
 * `score --tokens` and `gradients` on a folder of every family, flags and files as a user gives them, against PyTorch. Each
 * folder holds config.json and weights alone: token ids need no tokenizer. The commands run in this process, on one device:
 * a process of its own for each would compile the same kernels again (cli.gpu.test.ts has both as processes).
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readSafetensors } from '../../src/model/weights/safetensors';
import { labHere } from '../setup/cli-here';
import { close } from '../setup/close';
import { type Expected, FIXTURES, fixtureJson, fixturePath, fixtureTensors } from '../setup/fixtures';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'antisd-families-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** One folder of each family and switch, and the ways to store one: three shards of bfloat16, a file of halves. */
const FOLDERS = [...FIXTURES.filter((name) => name !== 'qwen3-untied'), 'qwen3-bf16-shards', 'llama-f16'];

it.each(FOLDERS)('%s', async (name) => {
  const expected = fixtureJson<Expected>(name, 'expected.json');
  const at = (file: string) => join(folder, `${name}-${file}`);
  const [tokens, weights, out] = [at('tokens.json'), at('weights.json'), at('gradients.safetensors')];
  await writeFile(tokens, JSON.stringify({ tokens: expected.tokens }));
  await writeFile(weights, JSON.stringify({ weights: expected.weights }));
  const model = ['--model', fixturePath(name)];
  const scored = await labHere(['score', ...model, '--tokens', tokens]);
  const derived = await labHere(['gradients', ...model, '--tokens', tokens, '--weights', weights, '--out', out]);

  expect(scored.code, scored.stderr).toBe(0);
  const { logprob, entropy } = JSON.parse(scored.stdout) as Expected;
  expect(logprob.map((row) => row.length)).toEqual(expected.tokens.map((ids) => ids.length));
  const bound = { atol: 1e-4, why: 'the stated bound, nats' };
  close(logprob.flat(), expected.logprob.flat(), bound, 'logprob');
  close(entropy.flat(), expected.entropy.flat(), bound, 'entropy');

  expect(derived.code, derived.stderr).toBe(0);
  const got = readSafetensors(await readFile(out), out).tensors;
  const want = fixtureTensors(name, 'gradients.safetensors');
  expect([...got.keys()].sort()).toEqual([...want.keys()].sort());
  for (const [parameter, { data, shape }] of want) {
    const largest = data.reduce((m, x) => Math.max(m, Math.abs(x)), 0);
    const { data: values = [], shape: gotShape } = got.get(parameter) ?? {};
    expect(gotShape, parameter).toEqual(shape);
    const relative = { atol: 1e-3 * largest, why: 'the stated bound: 1e-3 of the largest entry of the tensor' };
    close(values, data, relative, parameter);
  }
});
