import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { splitOfQuestion } from '../../src/data/dataset';
import { BadInput } from '../../src/data/errors';
import { finalAnswer, sameAnswer } from '../../src/data/maths';
import type { Problem } from '../../src/data/types';
import { readConversations, readProblems } from '../setup/data';

const fixture = (name: string) =>
  new Uint8Array(readFileSync(new URL(`../fixtures/datasets/${name}`, import.meta.url)));
const jsonl = (...rows: object[]) => new TextEncoder().encode(rows.map((row) => JSON.stringify(row)).join('\n'));
const one = async (row: object): Promise<Problem> => (await readProblems(jsonl(row), 'x.jsonl'))[0];
const said = async (row: object) => (await readConversations(jsonl(row), 'x.jsonl'))[0];

test('GSM8K’s own format: the answer after ####, the solution without calculator marks and ending in a box', async () => {
  const problem = await one({
    question: 'Natalia sold clips to 48 friends in April, and half as many in May. How many in all?',
    answer: 'In May she sold 48/2 = <<48/2=24>>24 clips.\nIn all 48+24 = <<48+24=72>>72 clips.\n#### 72',
  });
  expect(problem.answer).toBe('72');
  expect(problem.solution).toBe(
    'In May she sold 48/2 = 24 clips.\nIn all 48+24 = 72 clips.\nThe answer is \\boxed{72}.',
  );
  expect(problem.id).toBe('x.jsonl/000000');
  expect(await one({ question: 'q', answer: '#### 1,000' })).toMatchObject({ answer: '1,000', solution: null });
  expect(await one({ question: 'q', answer: '#### 5', solution: 'Two and three.' })).toMatchObject({
    answer: '5',
    solution: 'Two and three.',
  });
});

test('GSM8K from parquet: the verifier finds every answer in its solution', async () => {
  const problems = await readProblems(fixture('gsm8k-groups.parquet'), 'gsm8k.parquet');
  expect(problems).toHaveLength(300);
  for (const { solution, answer } of problems) {
    const found = finalAnswer(solution as string);
    expect(found !== null && sameAnswer(found, answer)).toBe(true);
    expect(solution).not.toMatch(/<<|####/);
  }
});

test('MATH’s format: the answer is boxed in the solution; where the answer is given too, it counts', async () => {
  const solution = 'We have $x^2 = 4$ with $x > 0$.\nSo $x = \\boxed{2}$.';
  expect(await one({ problem: 'p', level: 'Level 1', type: 'Algebra', solution })).toMatchObject({
    question: 'p',
    answer: '2',
    solution,
  });
  expect(await one({ problem: 'p', solution: 'Long. $\\boxed{\\frac{1}{2}}$', answer: '\\frac{1}{2}' })).toMatchObject({
    answer: '\\frac{1}{2}',
  });
});

test('an answer field that holds a whole solution is not graded as a whole', async () => {
  const whole = 'First we add. Then the result is \\boxed{12}.';
  expect(await one({ question: 'q', answer: whole })).toMatchObject({ answer: '12', solution: whole });
  expect(await one({ question: 'q', answer: '$\\boxed{12}$' })).toMatchObject({ answer: '12', solution: null });
});

test('messages, and verl’s reward_model, may be JSON; who asks is not asked', async () => {
  const messages = [{ role: 'user', content: '1+1?' }];
  const rows = [
    { prompt: JSON.stringify(messages), reward_model: { ground_truth: '2' } },
    { prompt: messages, reward_model: '{"style": "rule", "ground_truth": ["2"]}' },
    { messages, ground_truth: ['2'], dataset: 'gsm8k' },
    { prompt: 'user: 1+1?', ground_truth: ['2'] },
  ];
  for (const row of rows) expect(await one(row)).toMatchObject({ question: '1+1?', answer: '2' });
  expect(await one({ prompt: '[{1}]?', answer: '2' })).toMatchObject({ question: '[{1}]?' });
});

test('verl’s format: a list of messages, and the answer in reward_model', async () => {
  const [problem] = await readProblems(fixture('verl.parquet'), 'v.parquet');
  expect(problem).toMatchObject({ question: 'What is 6 * 7? Answer in a box.', answer: '42', solution: null });
  const prompt = [
    { role: 'system', content: 'Be brief.' },
    { role: 'user', content: 'Why?' },
  ];
  expect(await one({ prompt, answer: 'so' })).toMatchObject({ question: 'Be brief.\n\nWhy?' });
  await expect(one({ prompt: [...prompt, { role: 'assistant', content: 'So.' }], answer: 'so' })).rejects.toThrow(
    /"prompt" holds an answer \(x\.jsonl, line 1\)/,
  );
});

test('lists of one, numbers in 64 bits, nulls and columns that mean nothing here', async () => {
  const problems = await readProblems(fixture('lists.parquet'), 'l.parquet');
  expect(problems.map((p) => [p.id, p.answer, p.solution])).toEqual([
    ['7', '5', null],
    ['8', '3/4', '½ + ¼ = ¾, so \\boxed{3/4}.'],
    ['9', '3', null],
  ]);
  expect(problems[2].question).toBe('数える 🍎🍎🍎');
  expect((await readProblems(fixture('int64.parquet'), 'i.parquet'))[0].answer).toBe('42');
  expect((await one({ question: 'q', answer: 42, id: 3 })).id).toBe('3');
});

test.each([
  [{ id: 'a', answer: '3' }, /the question is missing \(x\.jsonl, line 1\)\. Add one of the fields question, problem/],
  [{ question: '  ', answer: '3' }, /the question is missing/],
  [{ question: 'q' }, /the answer is missing.*end the solution with "#### 42" or \\boxed\{42\}/],
  [{ question: 'q', solution: 'no box here' }, /the answer is missing/],
  [{ question: 'q', answer: '####' }, /the answer is missing/],
  [{ question: 'q', answer: ['1', '2'] }, /"answer" is \["1","2"\]/],
  [{ question: { text: 'q' }, answer: '3' }, /"question" is \{"text":"q"\}/],
])('refuses the problem %j', async (row, message) => {
  await expect(one(row)).rejects.toThrow(BadInput);
  await expect(one(row)).rejects.toThrow(message);
});

test('an id that occurs twice is named with both places', async () => {
  const rows = [
    { id: 'a', question: 'q', answer: '1' },
    { id: 'b', question: 'r', answer: '1' },
    { id: 'a', question: 's', answer: '1' },
  ];
  await expect(readProblems(jsonl(...rows), 'x.jsonl')).rejects.toThrow(
    /the id "a" is that of x\.jsonl, line 1 too \(x\.jsonl, line 3\)/,
  );
});

test('the split depends on the question alone: spaces and case apart, one in eight is held out', () => {
  const questions = Array.from({ length: 4000 }, (_, i) => `How much is ${i} and ${(i * 7919) % 1000}?`);
  const held = questions.filter((q) => splitOfQuestion(q) === 'heldout').length;
  expect(held / 4000).toBeGreaterThan(0.105);
  expect(held / 4000).toBeLessThan(0.145);
  for (const q of questions.slice(0, 200)) expect(splitOfQuestion(` ${q.toUpperCase()}\n`)).toBe(splitOfQuestion(q));
});

const user = (content: string) => ({ role: 'user', content });
const assistant = (content: string) => ({ role: 'assistant', content });
const system = (content: string) => ({ role: 'system', content });

test('conversations in their formats', async () => {
  const short = { messages: [user('Hi'), assistant('Hello!')] };
  const pair = { ...short, pair: true };
  expect(await said(short)).toEqual({ ...short, pair: false });
  expect(
    await said({
      conversations: [
        { from: 'system', value: 'S' },
        { from: 'human', value: 'Hi' },
        { from: 'gpt', value: 'Hello!' },
      ],
    }),
  ).toEqual({ messages: [system('S'), user('Hi'), assistant('Hello!')], pair: false });
  expect(await said({ prompt: 'Hi', completion: 'Hello!' })).toEqual(pair);
  expect(await said({ question: 'Hi', answer: 'Hello!' })).toEqual({ ...pair, pair: false });
  expect(await said({ instruction: 'Hi', input: '', output: 'Hello!' })).toEqual({ ...pair, pair: false });
  expect((await said({ instruction: 'Add', input: '1 2', output: '3' })).messages[0]).toEqual(user('Add\n\n1 2'));
  expect(await said({ prompt: 'Hi', completion: 'Hello!', system: 'S' })).toEqual({
    messages: [system('S'), user('Hi'), assistant('Hello!')],
    pair: false,
  });
});

test('TRL’s lists of messages as prompt and completion, and content in parts', async () => {
  const prompt = [system('S'), user('Hi')];
  expect(await said({ prompt, completion: [assistant('Hello!')] })).toEqual({
    messages: [...prompt, assistant('Hello!')],
    pair: false,
  });
  expect((await said({ prompt, completion: 'Hello!' })).messages.at(-1)).toEqual(assistant('Hello!'));
  const parts = [
    { type: 'text', text: 'a' },
    { type: 'text', text: 'b' },
  ];
  expect((await said({ messages: [{ role: 'user', content: parts }, assistant('c')] })).messages[0]).toEqual(
    user('ab'),
  );
});

test('GSM8K is learnt with its answer in a box and without calculator marks', async () => {
  const { messages } = await said({ question: 'q', answer: '2+3 = <<2+3=5>>5\n#### 5' });
  expect(messages[1].content).toBe('2+3 = 5\nThe answer is \\boxed{5}.');
});

test('conversations from parquet', async () => {
  const read = await readConversations(fixture('messages.parquet'), 'm.parquet');
  expect(read.map((c) => c.messages.map((m) => m.content))).toEqual([
    ['Hi', 'Hello!'],
    ['a', 'b', 'c', 'd'],
  ]);
});

test.each([
  [{ prompt: 'Hi' }, /there is no completion/],
  [{ completion: 'Hi' }, /there is no prompt/],
  [{ text: 'Hi' }, /there is no prompt/],
  [{ messages: 'Hi' }, /the messages are "Hi", no list/],
  [{ messages: [user('Hi')] }, /no message is the assistant’s/],
  [{ messages: [{ role: 'critic', content: '3' }, assistant('3')] }, /message 1 has the role "critic"/],
  [{ messages: [{ role: 'toString', content: '3' }, assistant('3')] }, /message 1 has the role "toString"/],
  [{ messages: [null, assistant('3')] }, /message 1 has the role undefined/],
  [{ messages: [user('Hi'), { role: 'assistant', content: null }] }, /message 2 has no text/],
  [{ messages: [{ role: 'user', content: [{ type: 'image' }] }, assistant('3')] }, /message 1 has no text/],
])('refuses the conversation %j', async (row, message) => {
  await expect(said(row)).rejects.toThrow(BadInput);
  await expect(said(row)).rejects.toThrow(message);
});
