import { join } from 'node:path';
import { expect, test } from 'vitest';
import { codeFactsOf } from '../../src/data/code/rows';
import { BadInput } from '../../src/data/errors';
import { jsonlTask } from '../../src/data/jsonl-task';
import { findTask, TASKS } from '../../src/data/tasks';
import { DATASETS, datasetText } from '../../src/data/two-cards/dataset';
import { dealOf, splitOf } from '../../src/data/two-cards/problem';
import { rolloutIds } from '../../src/inspect/contexts';
import { openModel } from '../../src/library/open-model';
import { openTask } from '../../src/library/open-task';
import { readDeals, recordsIn } from '../setup/data';
import { diskFolder, fixturePath } from '../setup/fixtures';
import { NANO } from '../setup/session';

const GOOD = {
  id: 'a',
  cards: [3, 7, 9, 12, 15, 20],
  target: 24,
  solution: '3 7 10 no Wait 3 9 12 no So Answer 9 15',
  answer: '9 15',
};
const line = (change: Record<string, unknown> = {}) => JSON.stringify({ ...GOOD, ...change });
const without = (name: keyof typeof GOOD) => JSON.stringify({ ...GOOD, [name]: undefined });
const read = (text: string) => readDeals(text, 'my.jsonl');
const taskOf = (text: string, file: string) => jsonlTask(recordsIn(text, file), file);

test.each(TASKS)(
  '$name opens for a model of its kind, and its solutions and samples are judged as they should be',
  async (row) => {
    const native = row.kind === 'native' ? join(NANO, '..', row.model) : null;
    const model = await openModel(diskFolder(native ?? fixturePath('tiny-chat')));
    const tokenizer = model.text;
    // Code is run in test/hostile/python.test.ts.
    const python = { open: async () => {}, judge: () => Promise.reject(new Error('asked to run code')) };
    const setting = { model, tokenizer, maxNewTokens: 128, thinking: false, python };
    const task = await openTask(row.name, setting, async () => null);
    expect([task.name, row.label, row.doc].every((text) => text.length > 0)).toBe(true);
    for (const split of ['train', 'heldout'] as const) {
      const query = { split, count: 8, seed: 3, minDepth: null };
      const problems = task.generate(query);
      expect(task.generate({ ...query, first: 2, count: 6 })).toEqual(problems.slice(2));
      for (const problem of problems) {
        const judged = (text: string) => task.verify(problem, rolloutIds(task, text)).reward;
        expect(problem.facts[row.kind === 'native' ? 'depth' : 'steps']).toBeGreaterThanOrEqual(row.depth.least);
        expect(task.studentPrompt(problem).length).toBeGreaterThan(0);
        if (codeFactsOf(problem)) continue;
        expect(judged(problem.solution ?? '')).toBe(1);
        expect(judged(task.wrongSolution(problem, 0))).toBe(0);
        for (const { text, right } of task.samples?.(problem, 0) ?? []) expect(judged(text)).toBe(right ? 1 : 0);
      }
    }
  },
);

test('findTask names the known tasks', () => {
  expect(findTask('two-cards').name).toBe('two-cards');
  expect(() => findTask('chess')).toThrow(BadInput);
  expect(() => findTask('chess')).toThrow(/no task is called "chess".*Known: two-cards/);
});

test('a good file, with blank lines, CRLF, a byte order mark and unknown fields', async () => {
  const [a, b] = await read(`\uFEFF${line({ note: 1 })}\r\n\r\n${line({ id: 'b', solution: null })}\r\n`);
  expect(a).toMatchObject({
    id: 'a',
    question: 'make 24 from 3 7 9 12 15 20',
    facts: { depth: 11 },
    solution: GOOD.solution,
  });
  expect(b.solution).toBeNull();
});

test.each([
  ['', /the file holds no record \(my\.jsonl\)/i],
  ['\n \n', /the file holds no record/i],
  [`${line()}\n{"id": `, /not JSON.*\(my\.jsonl, line 2\)/],
  ['[1]', /not a list of JSON objects \(my\.jsonl\)/],
  [without('id'), /"id" is missing/],
  [without('cards'), /"cards" is missing \(my\.jsonl, line 1\).*6 different whole numbers/],
  [without('target'), /"target" is missing/],
  [without('solution'), /"solution" is missing/],
  [without('answer'), /"answer" is missing/],
  [line({ id: 7 }), /"id" is 7.*It must be a text/],
  [line({ cards: '3 7' }), /"cards" is "3 7"/],
  [line({ cards: [3, 3, 9, 12, 15, 20] }), /6 different/],
  [line({ cards: [3, 7, 9, 12, 15, 64] }), /from 0 to 63/],
  [line({ target: 2.5 }), /"target" is 2\.5/],
  [line({ target: 63 }), /no two of the cards .* sum to 63/],
  [line({ solution: 3 }), /"solution" is 3/],
  [line({ solution: 'So Answer 3 7' }), /"solution" does not solve the problem: wrong sum/],
  [line({ solution: 'I think So Answer 9 15' }), /"solution" cannot be read: "I" is not in the vocabulary/],
  [line({ answer: '9' }), /"answer" does not solve the problem: no answer/],
  [`${line()}\n${line()}`, /the id "a" is that of my\.jsonl, line 1 too \(my\.jsonl, line 2\)/],
])('refuses %j', async (text, message) => {
  await expect(read(text)).rejects.toThrow(BadInput);
  await expect(read(text)).rejects.toThrow(message);
});

const all = { seed: 3, minDepth: 1 } as const;

test('the shipped training file: every problem once a pass, then another order; held-out ones come from the generator', async () => {
  const task = await taskOf(datasetText('train'), 'train.jsonl');
  const n = DATASETS.train.count;
  const ids = task.generate({ split: 'train', count: 2 * n, ...all }).map((p) => p.id);
  expect(new Set(ids.slice(0, n)).size).toBe(n);
  expect([...ids.slice(n)].sort()).toEqual(ids.slice(0, n).sort());
  const piece = task.generate({ split: 'train', count: 50, first: n - 20, ...all }).map((p) => p.id);
  expect(piece).toEqual(
    task
      .generate({ split: 'train', count: 2 * n, ...all })
      .map((p) => p.id)
      .slice(n - 20, n + 30),
  );
  const heldOut = task.generate({ split: 'heldout', count: 10, ...all });
  expect(heldOut).toEqual(findTask('two-cards').generate({ split: 'heldout', count: 10, ...all }));
  expect(task.pretrainExample).toBeUndefined();
});

test('held-out problems of a file are never trained on, and each is given once', async () => {
  const task = await taskOf(`${datasetText('train')}${datasetText('heldout')}`, 'both.jsonl');
  const heldOut = task.generate({ split: 'heldout', count: 9999, ...all });
  expect(new Set(heldOut.map((p) => p.id)).size).toBe(DATASETS.heldout.count);
  const train = task.generate({ split: 'train', count: 5000, ...all });
  expect(train.every((p) => splitOf(dealOf(p).cards, dealOf(p).target) === 'train')).toBe(true);
  const deep = task.generate({ split: 'train', count: 5000, seed: 3, minDepth: 12 });
  expect(Math.min(...deep.map((p) => dealOf(p).depth))).toBe(12);
});

test('a file without a usable training problem says why', async () => {
  const heldOutOnly = await taskOf(datasetText('heldout'), 'h.jsonl');
  expect(() => heldOutOnly.generate({ split: 'train', count: 1, ...all })).toThrow(/All its problems are held out/);
  const shallow = datasetText('train')
    .split('\n')
    .filter((l) => l.includes('"depth":2,'))
    .join('\n');
  const task = await taskOf(shallow, 's.jsonl');
  expect(() => task.generate({ split: 'train', count: 1, seed: 0, minDepth: 5 })).toThrow(
    /no training problem of depth 5 or more \(s\.jsonl\).*has depth 2/,
  );
});
