/** Models from a Hub on the command line: every command that takes --model, adapters, plans before a download, Ctrl-C. */
import { readFileSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { fixtureBytes } from '../setup/checkpoints';
import { lab } from '../setup/cli';
import { labHere } from '../setup/cli-here';
import { fixturePath } from '../setup/fixtures';
import { type HubServer, noise, startHub } from '../setup/hub-server';

const SHA = 'aaaabbbbccccddddeeeeffff0000111122223333';
const repository = (folder: string, names: string[]) => ({
  sha: SHA,
  revisions: ['main'],
  files: Object.fromEntries(names.map((name) => [name, fixtureBytes(folder, name)])) as Record<string, Uint8Array>,
  largeFrom: 20_000,
});
const MODEL = ['config.json', 'tokenizer.json', 'tokenizer_config.json', 'model.safetensors'];

let hub: HubServer;
let folder: string;
beforeAll(async () => {
  hub = await startHub();
});
afterAll(() => hub.close());
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'antisd-cli-hub-'));
  Object.assign(process.env, { HF_ENDPOINT: hub.endpoint, ANTISD_LAB_CACHE: folder });
  hub.repositories.set('lab/tiny-chat', repository('tiny-chat', MODEL));
  hub.pace = { chunk: 16 * 1024, pause: 0 };
  hub.seen.length = 0;
});
afterEach(async () => {
  for (const name of ['HF_ENDPOINT', 'ANTISD_LAB_CACHE', 'HF_TOKEN']) delete process.env[name];
  await rm(folder, { recursive: true });
});

const chat = ['--chat', '--prompt', 'Tom has 3 apples', '--max-new-tokens', '5'];

it('generate downloads a model once, and gives what the folder gives', async () => {
  const first = await lab(['generate', '--model', 'lab/tiny-chat', ...chat]);
  expect(first.stderr).toMatch(/model\.safetensors: .* of 56\.8 kB \(/);
  const second = await lab(['generate', '--model', 'lab/tiny-chat', ...chat]);
  expect(hub.requestsFor('model.safetensors')).toHaveLength(1);
  const local = await lab(['generate', '--model', fixturePath('tiny-chat'), ...chat]);
  expect([first.code, second.code, local.code]).toEqual([0, 0, 0]);
  expect([second.stdout, local.stdout]).toEqual([first.stdout, first.stdout]);
});

it('an adapter can lie on the Hub too', async () => {
  const trained = join(folder, 'run');
  const data = fixturePath('tiny-chat/conversations.jsonl');
  const sft = ['--data', data, '--epochs', '1', '--samples', '0', '--max-length', '192', '--out', trained];
  expect((await lab(['sft', '--model', 'lab/tiny-chat', ...sft])).code).toBe(0);
  // The record of the run holds on to the commit; the adapter names its base as other programs do.
  expect(JSON.parse(readFileSync(join(trained, 'config.json'), 'utf8')).model).toBe(`lab/tiny-chat@${SHA}`);
  const adapter = JSON.parse(readFileSync(join(trained, 'final/adapter_config.json'), 'utf8'));
  expect(adapter.base_model_name_or_path).toBe('lab/tiny-chat');
  const files = Object.fromEntries(
    ['adapter_config.json', 'adapter_model.safetensors'].map((n) => [n, readFileSync(join(trained, 'final', n))]),
  );
  hub.repositories.set('lab/adapter', { sha: SHA, revisions: ['main'], files, largeFrom: 20_000 });
  const greedy = [...chat, '--temperature', '0'];
  const fromHub = await lab(['generate', '--model', 'lab/tiny-chat', '--adapter', 'lab/adapter', ...greedy]);
  const fromDisk = await lab(['generate', '--model', 'lab/tiny-chat', '--adapter', join(trained, 'final'), ...greedy]);
  expect([fromHub.code, fromHub.stdout]).toEqual([0, fromDisk.stdout]);
});

it('plan comes before anything is downloaded', async () => {
  const { code, stdout } = await labHere(['plan', '--model', 'lab/tiny-chat', '--json']);
  expect(code).toBe(0);
  const plan = JSON.parse(stdout);
  expect(plan.rows.map((row: { use: string }) => row.use)).toContain('LoRA of rank 16');
  expect(hub.seen.reduce((sum, { sent }) => sum + sent, 0)).toBeLessThan(6000);
  expect(await readdir(folder)).toEqual([]);
});

it('Ctrl-C cancels a download with exit code 130, and the next one goes on', async () => {
  (hub.repositories.get('lab/tiny-chat') as { files: Record<string, Uint8Array> }).files['model.safetensors'] =
    noise(900_000);
  hub.pace = { chunk: 1024, pause: 10 };
  const stop = { until: (text: string) => /model\.safetensors: .*\((1|2)\d %\)/.test(text), signal: 'SIGINT' as const };
  const { code, stderr } = await lab(['train', '--model', 'lab/tiny-chat', '--out', join(folder, 'never')], stop);
  expect([code, stderr]).toEqual([130, expect.stringMatching(/cancelled .* What has come is kept/)]);
  expect(stderr).not.toMatch(/after the running step/);
  expect(await readdir(folder)).not.toContain('never');
});

it('a gated model wants a token', async () => {
  (hub.repositories.get('lab/tiny-chat') as { gated?: boolean }).gated = true;
  const refused = await labHere(['plan', '--model', 'lab/tiny-chat']);
  expect([refused.code, refused.stderr]).toEqual([2, expect.stringMatching(/is gated.*HF_TOKEN/)]);
  process.env.HF_TOKEN = hub.token;
  expect((await labHere(['plan', '--model', 'lab/tiny-chat'])).code).toBe(0);
});
