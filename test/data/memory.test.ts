/** What a file of many problems takes of memory; by the commands themselves: scripts/data-memory.mjs. */
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { chatTemplate } from '../../src/data/chat';
import type { DataRecord } from '../../src/data/records';
import { utf8 } from '../setup/checkpoints';
import { readProblems, recordsIn } from '../setup/data';

/** What V8 has for itself. */
setFlagsFromString('--expose-gc');
setFlagsFromString('--allow-natives-syntax');
const collect: () => void = runInNewContext('gc');
const haveSameClass: (a: object, b: object) => boolean = runInNewContext('(a, b) => %HaveSameMap(a, b)');

const ROWS = 20_000;
const line = (i: number) =>
  JSON.stringify({
    question: `Anna has ${i} apples and buys 28 more. How many?`,
    answer: `${i} + 28 = ${i + 28}.\n#### ${i + 28}`,
  });
const text = Array.from({ length: ROWS }, (_, i) => line(i)).join('\n');

/** 296 bytes by V8 11.3, 432 where ids and solutions are trees of their pieces. */
test('a problem of a hundred letters takes at most 370 bytes', async () => {
  await problemsWithMemory(); // what is made once
  const { problems, taken } = await problemsWithMemory();
  expect(taken / problems.length).toBeLessThan(370);
});

async function problemsWithMemory() {
  const bytes = utf8(text);
  collect();
  const before = process.memoryUsage().heapUsed;
  const problems = await readProblems(bytes, '/tmp/a-folder-of-data/problems.jsonl');
  collect();
  return { problems, taken: process.memoryUsage().heapUsed - before };
}

test('records of lines have one hidden class together', async () => {
  const records: DataRecord[] = [];
  for await (const record of recordsIn(text, 'a.jsonl')) records.push(record);
  const last = records[ROWS - 1];
  expect(records.filter((record) => !haveSameClass(record, last))).toHaveLength(0);
});

test('a rendered chat template leaves less than a kilobyte behind, where its hidden classes once took 4.8', () => {
  const config = '{"chat_template": "{% for m in messages %}{{ m.content }}{% endfor %}", "eos_token": "</s>"}';
  const template = chatTemplate(new Map([['tokenizer_config.json', config]]), 'a model');
  const render = () =>
    template.render([{ role: 'user', content: 'Hi' }], { addGenerationPrompt: true, thinking: false });
  const oldSpace = () =>
    getHeapSpaceStatistics().reduce(
      (sum, { space_name: name, space_used_size: size }) => sum + (/new/.test(name) ? 0 : size),
      0,
    );
  for (let i = 0; i < 2000; i++) render();
  collect();
  const before = oldSpace();
  for (let i = 0; i < 5000; i++) render();
  expect((oldSpace() - before) / 5000).toBeLessThan(1000);
});
