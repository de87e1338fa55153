/** `eval --data` as its user runs it: killed and gone on with, on a dataset of a small Hub, in the report. */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { utf8 } from '../setup/checkpoints';
import { lab } from '../setup/cli';
import { fixturePath } from '../setup/fixtures';
import { type HubServer, startHub } from '../setup/hub-server';

let folder: string;
let hub: HubServer;
beforeAll(async () => {
  hub = await startHub();
  folder = await mkdtemp(join(tmpdir(), 'antisd-eval-cli-'));
});
afterAll(async () => {
  await hub.close();
  await rm(folder, { recursive: true });
});

const at = (name: string) => join(folder, name);
const filesOf = async (name: string) => {
  const names = (await readdir(at(name))).filter((file) => file !== 'locks').sort();
  return Promise.all(names.map(async (file) => [file, await readFile(join(at(name), file), 'utf8')]));
};

test('an evaluation that is killed, and one that its budget ends, go on to the same bytes', async () => {
  const asked = ['eval', '--data', 'two-cards', '--problems', '6', '--samples', '2', '--rows', '4', '--min-depth', '1'];
  const whole = await lab([...asked, '--out', at('whole')]);
  expect([whole.code, whole.stdout]).toEqual([0, expect.stringContaining('| two-cards | nano | whole | 6 |')]);
  const killed = await lab([...asked, '--out', at('cut')], {
    until: (said) => said.includes('2 of 6'),
    signal: 'SIGKILL',
  });
  expect(killed.code).not.toBe(0);
  const budget = await lab(['eval', '--resume', at('cut'), '--token-budget', '1']);
  expect([budget.code, budget.stderr]).toEqual([130, expect.stringContaining('Go on:')]);
  expect(JSON.parse(await readFile(join(at('cut'), 'results.json'), 'utf8')).antisd_lab.complete).toBe(false);
  expect((await lab(['eval', '--resume', at('cut')])).code).toBe(0);
  expect(await filesOf('cut')).toEqual(await filesOf('whole'));
});

test('a dataset of the Hub: its commit is stored, training data is searched, the report has it', async () => {
  const row = (question: string, answer: string) => `${JSON.stringify({ question, answer })}\n`;
  const long = 'Tom has 3 apples and gives 2 of them to his sister and then buys 5 more how many has he';
  hub.repositories.set('lab/sums', {
    ...{ sha: 'beef'.repeat(10), revisions: ['main'], dataset: true, largeFrom: 1 },
    files: { 'test.jsonl': utf8(row(long, '6') + row('What is 1 + 1?', '2') + row('What is  1 + 1?', '2')) },
  });
  await writeFile(at('train.jsonl'), row(`${long} now?`, '6') + row('What is 7 + 7?', '14'));
  const env = { HF_ENDPOINT: hub.endpoint, ANTISD_LAB_CACHE: at('cache') };
  const asked = ['eval', '--model', fixturePath('tiny-chat'), '--data', 'lab/sums', '--out', at('sums')];
  const limits = ['--samples', '2', '--max-new-tokens', '4', '--against', at('train.jsonl')];
  const { code, stderr, stdout } = await lab([...asked, ...limits], undefined, env);
  expect([code, stderr]).toEqual([0, expect.stringMatching(/of 3 rows 1 repeat an earlier question: left out/)]);
  expect(stdout).toContain('There in training too');
  const results = JSON.parse(await readFile(join(at('sums'), 'results.json'), 'utf8'));
  expect(results.configs.lab_sums.dataset_path).toBe(`lab/sums@${'beef'.repeat(10)}:test.jsonl`);
  expect(results.antisd_lab.datasets.lab_sums).toMatchObject({ truncated: 4, unanswered: 4, overlap: { n: 13 } });
  expect(results.antisd_lab.datasets.lab_sums.overlap.problems).toHaveLength(1);
  const report = await lab(['report', at('sums')]);
  expect([report.code, report.stdout]).toEqual([0, expect.stringContaining('| lab/sums |')]);
});
