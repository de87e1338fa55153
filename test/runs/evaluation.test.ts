/** An evaluation's folder: what its log gives back after a kill, and results in the harness's shape. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { BadInput } from '../../src/data/errors';
import { NATIVE_TASK } from '../../src/data/tasks';
import { evaluationDesk } from '../../src/engine/evaluation-desk';
import { diskFiles } from '../../src/host/files.node';
import { evaluationTables } from '../../src/report/evaluation-tables';
import { loadedEvaluation } from '../../src/report/loaded-evaluation';
import { newEvaluation, readEvaluation, writeEvaluation } from '../../src/runs/evaluation/config';
import { batchSize, resumeEvaluation, type ToldBatch } from '../../src/runs/evaluation/evaluation';
import { harnessResults, harnessSamples, resultsOf } from '../../src/runs/evaluation/results';
import { StoredEvaluations } from '../../src/runs/evaluation/stored-evaluations';
import { writeResults } from '../../src/runs/evaluation/written';
import { eventLine } from '../../src/runs/event-lines';
import { RunStore } from '../../src/runs/run-store';

const { task } = NATIVE_TASK;
const problems = task.generate({ split: 'heldout', count: 5, seed: 0, minDepth: 1 });
const data = [{ name: 'a/b:test', task, problems }];
const config = newEvaluation({
  ...{ model: 'nano', adapter: null, weightFormat: 'auto', data: [{ name: 'a/b:test', pinned: 'a/b@1:test' }] },
  ...{ against: 'train.jsonl', problems: null, samples: 2, minDepth: null, temperature: 0.7, topP: 0.95 },
  ...{ maxNewTokens: 83, wording: 'standard', thinking: false, seed: 0, rows: 4 },
});
/** Every second sample is right; the last problem's are cut. */
const batch = (b: number): ToldBatch => ({
  ...{ v: 1, type: 'eval-samples', step: b, dataset: 'a/b:test', leftOut: 0 },
  problems: problems.slice(b * 2, b * 2 + 2).map(({ id, question, answer, solution }) => ({
    ...{ problem: id, question, answer },
    samples: [1, 0].map((reward) => ({
      ids: [...task.tokenizer.encode(solution as string), task.tokenizer.eosId],
      ...{ answer: b === 2 && reward === 0 ? null : answer, reward, reason: 'x', truncated: b === 2 },
    })),
  })),
});
const told = [0, 1, 2].map(batch);

const CALL = { signal: new AbortController().signal, progress: () => {}, part: () => {} };

let folder: string;
let store: RunStore;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'antisd-eval-'));
  store = new RunStore(diskFiles(folder));
});
afterEach(() => rm(folder, { recursive: true }));

test('what is whole in the log is gone on from; what was cut off or damaged is asked again', async () => {
  expect(batchSize(config)).toBe(2);
  const lines = told.map(eventLine);
  await store.log.append(`${lines[0]}${lines[1]}${lines[2].slice(0, 40)}`);
  expect(await resumeEvaluation(store.log, data, config, 'x')).toEqual(told.slice(0, 2));
  expect(new TextDecoder().decode(await store.log.read())).toBe(lines[0] + lines[1]);
  await store.files.write(
    'events.jsonl',
    new TextEncoder().encode(`${lines[0]}${lines[1].replace('"x"', '"y"')}${lines[2]}`),
  );
  expect(await resumeEvaluation(store.log, data, config, 'x')).toEqual(told.slice(0, 1));
  const others = [{ ...data[0], problems: problems.toReversed() }];
  await expect(resumeEvaluation(store.log, others, config, 'x')).rejects.toThrow(/not those that were asked before/);
});

test('the configuration is read as it was written, and what is none is refused', async () => {
  await writeEvaluation(store.files, config);
  expect(await readEvaluation(store.files)).toEqual(config);
  await store.files.write('evaluation.json', new TextEncoder().encode('{"version": 2}'));
  await expect(readEvaluation(store.files)).rejects.toThrow(/No configuration of an evaluation/);
});

test('a page lists its evaluations with their results, goes on with those that no tab is at, and deletes them', async () => {
  const stored = new StoredEvaluations({
    evaluationsFolder: async () => diskFiles(folder),
    evaluationFolder: async (id) => diskFiles(join(folder, id)),
  });
  const begun = await stored.create('1', config);
  await writeResults({ store: begun, config, data, training: null }, told.slice(0, 2), false);
  await (await stored.create('2', config)).release();
  await diskFiles(join(folder, '3')).write('evaluation.json', new TextEncoder().encode('{}'));
  const listed = await evaluationDesk(stored)['list-evaluations']({ type: 'list-evaluations' }, CALL);
  expect(listed.map(({ id, open, evaluation, broken }) => [id, open, evaluation?.complete, broken !== null])).toEqual([
    ['3', false, undefined, true],
    ['2', false, undefined, false],
    ['1', true, false, false],
  ]);
  await expect(stored.take('1')).rejects.toThrow(/open in a tab/);
  await expect(stored.remove('1')).rejects.toThrow(/open in a tab/);
  await begun.release();
  const again = await stored.take('1');
  expect(again.config).toEqual(config);
  await again.store.release();
  await expect(stored.take('3')).rejects.toThrow(BadInput);
  for (const id of ['1', '3']) await stored.remove(id);
  expect((await stored.list()).map(({ id }) => id)).toEqual(['2']);
  await expect(stored.take('1')).rejects.toThrow(/no such evaluation/);
});

test('results have the harness’s shape, and are read again for comparisons', () => {
  const found = new Map([['a/b:test', [{ problem: problems[1].id, with: 't/1', share: 0.5 }]]]);
  const results = harnessResults(config, resultsOf(data, told, { name: 'train.jsonl', found }), true);
  const { results: metrics } = results;
  expect(Object.keys(metrics)).toEqual(['a_b_test']);
  expect(metrics.a_b_test).toMatchObject({ alias: 'a/b:test', 'exact_match,none': 0.5, 'pass@2,none': 1 });
  expect(metrics.a_b_test['exact_match_stderr,none']).toBe(0);
  expect(metrics.a_b_test['exact_match,maj@2']).toBe(0.5 + 0.5 / 5); // the cut one's other sample is no vote
  for (const key of ['configs', 'versions', 'n-shot', 'n-samples', 'higher_is_better', 'group_subtasks'] as const)
    expect(Object.keys(results[key])).toEqual(['a_b_test']);
  expect(results['n-samples'].a_b_test).toEqual({ original: 5, effective: 5 });
  const loaded = loadedEvaluation('mine', new TextEncoder().encode(JSON.stringify(results)));
  expect(loaded).toMatchObject({ name: 'mine', model: 'nano', complete: true });
  const tables = evaluationTables([loaded]);
  expect(tables.map(({ title }) => title)).toEqual([
    'Evaluations',
    'Cut, or without an answer',
    'There in training too',
    'Problem by problem',
  ]);
  expect(tables[0].rows[0]).toEqual(
    [
      'a/b:test',
      'nano',
      'mine',
      '5',
      '.500',
      '1.000',
      '.600 [.500, .800]',
      '2',
      '0.7',
      '0.95',
      '2 of 10',
      '1 of 10',
      '87',
    ].map((cell, i) => (i === 12 ? expect.any(String) : i === 6 ? expect.stringMatching(/^\.600 \[/) : cell)),
  );
  expect(tables[2].rows[0]).toEqual(['a/b:test', 'mine', problems[1].id, 'train.jsonl', 't/1', '50 %']);
  expect(() => loadedEvaluation('x', new TextEncoder().encode('{"results": {}}'))).toThrow(
    /no results of an evaluation/,
  );
});

test('samples have a line a problem, with texts, answers and digests', () => {
  const asked = told.flatMap((batch) => batch.problems);
  const lines = harnessSamples(data[0], asked, config)
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(lines).toHaveLength(5);
  expect(lines[4]).toMatchObject({
    ...{ doc_id: 4, target: problems[4].answer, filter: 'none', metrics: ['exact_match'], exact_match: 0.5 },
    doc: { id: problems[4].id, question: problems[4].question },
    filtered_resps: [problems[4].answer, '[invalid]'],
    resps: [[problems[4].solution, problems[4].solution]],
  });
  expect(lines[0].arguments.gen_args_0.arg_0).toBe(task.tokenizer.decode(task.studentPrompt(problems[0])));
  for (const key of ['doc_hash', 'prompt_hash', 'target_hash']) expect(lines[0][key]).toMatch(/^[0-9a-f]{64}$/);
  const last = harnessSamples(data[0], asked.slice(4), config, 4); // as they are appended
  expect(JSON.parse(last)).toEqual(lines[4]);
});
