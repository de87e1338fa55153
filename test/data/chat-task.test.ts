import { readFileSync } from 'node:fs';
import { expect, test, vi } from 'vitest';
import { chatTemplate } from '../../src/data/chat';
import { type ChatTaskParts, chatTask } from '../../src/data/chat-task';
import { chooseContexts } from '../../src/data/context';
import { splitOfQuestion } from '../../src/data/dataset';
import { BadInput } from '../../src/data/errors';
import { finalAnswer } from '../../src/data/maths';
import { Random } from '../../src/data/random';
import { cutAfterAnswer, toBudget, withoutThoughts } from '../../src/data/shown-solution';
import { readTokenizer } from '../../src/data/tokenizer';
import {
  CONTEXT_MODES,
  type ContextMode,
  type PrivilegedContext,
  type Problem,
  type Split,
} from '../../src/data/types';
import { sampleAnswers, wordProblems } from '../../src/data/word-problems';
import { WORDINGS, wordingOf } from '../../src/data/wording';

const read = (name: string) => readFileSync(new URL(`../fixtures/tiny-chat/${name}`, import.meta.url), 'utf8');
const files = new Map(['tokenizer.json', 'tokenizer_config.json'].map((name) => [name, read(name)]));
const tokenizer = await readTokenizer(
  files.get('tokenizer.json') as string,
  'tokenizer.json',
  files.get('tokenizer_config.json'),
);
const { encode, decode, eosId } = tokenizer;
const ended = (text: string) => [...encode(text), eosId];

const problems = wordProblems(64);
const make = (change: Partial<ChatTaskParts> = {}) =>
  chatTask({
    name: 'words',
    problems,
    tokenizer,
    tokenizerFiles: files,
    template: chatTemplate(files, 'tiny-chat'),
    maxNewTokens: 64,
    thinking: false,
    ...change,
  });
const task = await make();
const problem = problems.find((p) => splitOfQuestion(p.question) === 'train') as Problem;
const solved = `Let me see. It is 3. So the answer is \\boxed{${problem.answer}}. I hope this helps. Bye!`;
const teacher = (context: Partial<PrivilegedContext>, t = task) =>
  decode(t.teacherPrompt(problem, { source: 'none', solution: null, feedback: null, ...context }));
const asked = `${problem.question}\n\nPut the final answer in \\boxed{}.`;
const turn = (content: string) => `<|im_start|>user\n${content}<|im_end|>\n<|im_start|>assistant\n`;

test('the student reads the question in the chat template, and so does a teacher without a context', () => {
  expect(decode(task.studentPrompt(problem))).toBe(turn(asked));
  expect(teacher({})).toBe(turn(asked));
});

test('the teacher reads question, attempt, assessment and request; what is not there is left out', () => {
  const attempt = 'Your previous attempt:\nIt is 3.';
  const request = 'Now solve this problem step by step.';
  const say = (...parts: string[]) => turn(parts.join('\n\n'));
  const right = 'Previous assessment: Your answer is correct.';
  const wrong = 'Previous assessment: Your answer is incorrect.';
  expect(teacher({ solution: 'It is 3.', feedback: 'correct' })).toBe(say(asked, attempt, right, request));
  expect(teacher({ solution: 'It is 3.', feedback: 'incorrect' })).toBe(say(asked, attempt, wrong, request));
  expect(teacher({ solution: 'It is 3.' })).toBe(say(asked, attempt, request));
  expect(teacher({ feedback: 'incorrect' })).toBe(say(asked, wrong, request));
  expect(teacher({ solution: '<think>hm {feedback}</think> See {question}.' })).toContain(
    'attempt:\nSee {question}.\n',
  );
});

test('responses are judged by their last answer; without one, or with one in a thought only, there is no reward', () => {
  const judge = (text: string, t = task) => t.verify(problem, ended(text));
  expect(judge(solved)).toEqual({ reward: 1, reason: 'right', answer: problem.answer });
  expect(judge(`${solved} No: \\boxed{123456}`)).toEqual({ reward: 0, reason: 'wrong answer', answer: '123456' });
  expect(judge('It is hard.')).toEqual({ reward: 0, reason: 'no answer', answer: null });
  expect(judge(`<think>\\boxed{${problem.answer}}</think> It is hard.`).reason).toBe('no answer');
  expect(judge(`<think>\\boxed{${problem.answer}}`).reason).toBe('no answer');
  expect(judge(`\\boxed{1}</think> \\boxed{${problem.answer}}`).reward).toBe(1);
  // cut at the longest length: no end token
  expect(task.verify(problem, encode(solved)).reward).toBe(1);
  expect(task.verify(problem, encode('So \\boxed{4')).reason).toBe('no answer');
});

test('where the template itself opens the thought, an unfinished response is all thought', async () => {
  const config = { ...JSON.parse(files.get('tokenizer_config.json') as string) };
  config.chat_template = `${config.chat_template}{% if add_generation_prompt %}<think>\n{% endif %}`;
  const opened = await make({
    template: chatTemplate(new Map([['tokenizer_config.json', JSON.stringify(config)]]), 'x'),
  });
  const judge = (text: string) => opened.verify(problem, ended(text));
  expect(judge(`Maybe \\boxed{${problem.answer}}?`).reason).toBe('no answer');
  expect(judge(`Maybe.</think> \\boxed{${problem.answer}}`).reward).toBe(1);
});

test('a sibling is shown without thoughts and up to the sentence of its final answer', () => {
  const shown = `Let me see. It is 3. So the answer is \\boxed{${problem.answer}}.`;
  expect(task.solutionOf(problem, ended(solved))).toBe(shown);
  expect(task.solutionOf(problem, ended(`<think>Hm.\nNo?</think>\n${solved}`))).toBe(shown);
  expect(cutAfterAnswer('The answer is 7.\nBut wait. It is \\boxed{8} apples. Done.\nBye')).toBe(
    'The answer is 7.\nBut wait. It is \\boxed{8} apples.',
  );
  expect(cutAfterAnswer('First 2 + 3 = 5.\n\n#### 5\n\nThanks for asking. Ask again!')).toBe(
    'First 2 + 3 = 5.\n\n#### 5',
  );
  expect(cutAfterAnswer('There is none. Or is there?')).toBe('There is none. Or is there?');
  for (const p of problems.slice(0, 20)) {
    const cut = cutAfterAnswer(`${p.solution} That was nice. Next!`);
    expect(cut).toBe(p.solution);
    expect(finalAnswer(cut)).toBe(p.answer);
  }
});

test('thoughts are what stands between the tags, also where one of them is missing', () => {
  expect(withoutThoughts('<think>\na\n</think>\n\nb <think>c</think>d')).toBe('b d');
  expect(withoutThoughts('a</think> b')).toBe('b');
  expect(withoutThoughts('b <think> c')).toBe('b');
  expect(withoutThoughts(' plain ')).toBe('plain');
});

test('a long solution keeps a quarter of the budget from its head and the rest from its tail', async () => {
  const long = Array.from({ length: 300 }, (_, i) => `w${i}`).join(' ');
  const ids = encode(long);
  const shown = toBudget(long, tokenizer, 80);
  const [head, tail] = shown.split(' … ');
  expect(decode(ids.slice(0, 20)).trimEnd()).toBe(head);
  expect(decode(ids.slice(-60)).trimStart()).toBe(tail);
  expect(toBudget(long, tokenizer, ids.length)).toBe(long);
  // characters of several tokens are not cut in two
  for (let budget = 4; budget < 24; budget++)
    expect(toBudget('数える🍎数える🍎数える🍎', tokenizer, budget)).not.toContain('\uFFFD');
  const cut = teacher({ solution: long }, await make({ solutionTokens: 80 }));
  expect(cut).toContain(`attempt:\n${shown}\n`);
});

test('a solution is cut further until prompt and response fit the context', async () => {
  const long = Array.from({ length: 400 }, (_, i) => `word ${i}`).join(' ');
  const context = { source: 'dataset', solution: long, feedback: 'incorrect' } as const;
  const bare = task.teacherPrompt(problem, { ...context, solution: 'x' }).length;
  for (const room of [bare + 40, bare + 100, bare + 300]) {
    const length = (await make({ contextLength: room + 64 })).teacherPrompt(problem, context).length;
    expect(length).toBeLessThanOrEqual(room);
    expect(length).toBeGreaterThan(room - 12);
  }
});

test('problems that leave no room for a response are left out and named; where none does the task is refused', async () => {
  const long = { ...problem, id: 'words/long', question: `${problem.question} `.repeat(40) };
  const contextLength = 600;
  const made = await make({ problems: [...problems, long], contextLength });
  expect(made.leftOut).toBe(
    '1 of 65 problems are left out: with 64 tokens of a response they are longer than the context of 600 (words/long)',
  );
  expect((await make({ contextLength })).leftOut).toBeUndefined();
  const context = { source: 'dataset', solution: problem.solution, feedback: 'incorrect' } as const;
  for (const p of made.generate({ split: 'train', count: 60, seed: 1, minDepth: 1 }))
    expect(made.teacherPrompt(p, { ...context, solution: p.solution }).length).toBeLessThanOrEqual(contextLength - 64);
  await expect(make({ contextLength: 70 })).rejects.toThrow(/64 of 64 problems are left out.*Raise contextLength/);
});

test('every way to choose a context', () => {
  const right = ended(solved);
  const alsoRight = ended(`Because. \\boxed{${problem.answer}}`);
  const wrong = ended('The answer is \\boxed{987654}.');
  const choose = (mode: ContextMode, wrongShare = 0, change = {}) =>
    chooseContexts({
      mode,
      wrongShare,
      task,
      problem,
      responses: [right, wrong, alsoRight],
      rewards: [1, 0, 1],
      others: problems,
      seed: [1],
      ...change,
    });

  const shown = (mode: ContextMode) => choose(mode).map((c) => c.source);
  expect(shown('sibling-then-dataset')).toEqual(['sibling', 'sibling', 'sibling']);
  expect(choose('sibling')[0].solution).toBe(`Because. \\boxed{${problem.answer}}`);
  expect(shown('dataset')).toEqual(['dataset', 'dataset', 'dataset']);
  expect(choose('dataset')[0].solution).toBe(problem.solution);
  expect(choose('answer')[1]).toEqual({ source: 'answer', solution: problem.answer, feedback: 'incorrect' });
  expect(choose('feedback')[0]).toEqual({ source: 'none', solution: null, feedback: 'correct' });
  expect(choose('none')[0]).toEqual({ source: 'none', solution: null, feedback: null });
  for (const c of choose('other-problem')) {
    const other = problems.find((p) => p.solution === c.solution) as Problem;
    expect(other.id).not.toBe(problem.id);
    expect(task.verify(problem, ended(c.solution as string)).reward).toBe(0);
  }
  const shuffled = choose('shuffled', 0, { rewards: [0, 0, 0] })[0].solution as string;
  expect(shuffled.split(/(?<=\.) /).sort()).toEqual((problem.solution as string).split(/(?<=\.) /).sort());
  for (const c of choose('dataset', 1)) {
    expect(c.source).toBe('wrong');
    expect(task.verify(problem, ended(c.solution as string)).reason).toBe('wrong answer');
  }
  // each of them can be put into words
  for (const mode of CONTEXT_MODES)
    for (const wrongShare of [0, 1])
      for (const c of choose(mode, wrongShare))
        expect(decode(task.teacherPrompt(problem, c))).toContain(problem.question);
});

test('a foreign solution with the same answer is not taken from another problem', () => {
  const twin: Problem = { ...problem, id: 'twin', solution: `Same: \\boxed{${problem.answer}}` };
  const request = { mode: 'other-problem', wrongShare: 0, task, problem, responses: [[eosId]], rewards: [0] } as const;
  const [{ source }] = chooseContexts({ ...request, others: [problem, twin], seed: [1] });
  expect(source).toBe('none');
});

test('wrong solutions are wrong: a pupil’s slip where the problem can make one, else another problem’s solution', async () => {
  const withSamples = await make({ samples: sampleAnswers });
  const own = new Set(Array.from({ length: 30 }, (_, seed) => withSamples.wrongSolution(problem, seed)));
  expect(own.size).toBeGreaterThan(1);
  const slips = Array.from({ length: 30 }, (_, seed) => sampleAnswers(problem, seed)).flat();
  for (const text of own) {
    expect(slips.some((s) => !s.right && s.text === text)).toBe(true);
    expect(withSamples.verify(problem, ended(text)).reason).toBe('wrong answer');
  }
  const foreign = new Set(Array.from({ length: 30 }, (_, seed) => task.wrongSolution(problem, seed)));
  for (const text of foreign) expect(problems.some((p) => p.solution === text && p.id !== problem.id)).toBe(true);
  const two = [problem, { ...problem, id: 'b', question: 'q?', solution: null }];
  const alone = await make({ problems: two });
  expect(alone.verify(problem, ended(alone.wrongSolution(problem, 3))).reason).toBe('wrong answer');
});

test('samples of a file’s problem are judged as labelled', () => {
  const samples = task.samples?.(problem, 0) ?? [];
  expect(samples.map((s) => s.right)).toEqual([true, true, false]);
  for (const { text, right } of samples) expect(task.verify(problem, ended(text)).reward === 1).toBe(right);
  expect(task.samples?.({ ...problem, solution: null }, 0)).toHaveLength(2);
});

test('problems come in passes, train and held-out apart, held-out ones once', () => {
  const query = { seed: 3, minDepth: null } as const;
  const train = problems.filter((p) => splitOfQuestion(p.question) === 'train');
  const held = problems.length - train.length;
  const ids = task.generate({ ...query, split: 'train', count: 2 * train.length }).map((p) => p.id);
  expect(ids.slice(0, train.length).toSorted()).toEqual(train.map((p) => p.id).toSorted());
  expect(ids.slice(train.length).toSorted()).toEqual(train.map((p) => p.id).toSorted());
  expect(ids.slice(0, train.length)).not.toEqual(ids.slice(train.length));
  const cut = task.generate({ ...query, split: 'train', count: 30, first: train.length - 10 }).map((p) => p.id);
  expect(cut).toEqual(ids.slice(train.length - 10, train.length + 20));
  const tests = task.generate({ ...query, split: 'heldout', count: 999 });
  expect(new Set(tests.map((p) => p.id)).size).toBe(held);
  expect(tests.every((p) => splitOfQuestion(p.question) === 'heldout')).toBe(true);
});

test('a pass is shuffled once, however many steps draw from it and evaluations come between', async () => {
  const shuffles = vi.spyOn(Random.prototype, 'shuffle');
  const own = await make();
  const draw = (split: Split, first: number) => own.generate({ split, first, count: 4, seed: 3, minDepth: 1 });
  for (let step = 0; step < 12; step++) {
    draw('train', 4 * step);
    draw('heldout', 0);
  }
  expect(shuffles).toHaveBeenCalledTimes(2); // 48 of 56 and the held-out ones
  shuffles.mockRestore();
});

test('minDepth counts the steps that problems say, and leaves others in', async () => {
  const query = { split: 'train', count: 200, seed: 0 } as const;
  const steps = (minDepth: number | null) =>
    new Set(task.generate({ ...query, minDepth }).map((p) => p.facts.steps as number));
  expect(Math.min(...steps(null))).toBe(Math.min(...steps(1)));
  expect(Math.min(...steps(4))).toBe(4);
  expect(() => task.generate({ ...query, minDepth: 15 })).toThrow(/no problem has 15 steps or more \(words\)\. Lower/);
  const plain = await make({ problems: problems.map((p) => ({ ...p, facts: {} })) });
  expect(plain.generate({ ...query, minDepth: 15 })).toHaveLength(200);
});

test('a file of two problems trains on one and holds out the other; one problem is not enough to evaluate', async () => {
  const pick = (n: number) => problems.filter((p) => splitOfQuestion(p.question) === 'train').slice(0, n);
  const query = { count: 5, seed: 0, minDepth: null } as const;
  const [first, second] = pick(2);
  const two = await make({ problems: [first, second] });
  expect(two.generate({ ...query, split: 'heldout' })).toEqual([second]);
  expect(new Set(two.generate({ ...query, split: 'train' }))).toEqual(new Set([first]));
  const one = await make({ problems: [first] });
  expect(one.generate({ ...query, split: 'train' })).toHaveLength(5);
  expect(() => one.generate({ ...query, split: 'heldout' })).toThrow(/none is held out.*--eval-every 0/);
  await expect(make({ problems: [] })).rejects.toThrow(/of 0 problems none is for training/);
});

test('a second opinion is asked for wrong answers only', async () => {
  const heard: string[] = [];
  const symbolic = async (given: string, wanted: string) => {
    heard.push(`${given} ? ${wanted}`);
    return given === 'x';
  };
  const { settle } = await make({ symbolic });
  const verdict = (reward: 0 | 1, answer: string | null) => ({ reward, reason: 'r', answer });
  expect(await settle?.(problem, verdict(1, '3'))).toEqual(verdict(1, '3'));
  expect(await settle?.(problem, verdict(0, null))).toEqual(verdict(0, null));
  expect(await settle?.(problem, verdict(0, 'y'))).toEqual(verdict(0, 'y'));
  expect(await settle?.(problem, verdict(0, 'x'))).toEqual({ reward: 1, reason: 'right', answer: 'x' });
  expect(heard).toEqual([`y ? ${problem.answer}`, `x ? ${problem.answer}`]);
  expect(task.settle).toBeUndefined();
});

test('wordings by name and as JSON', async () => {
  for (const [name, wording] of Object.entries(WORDINGS)) {
    expect(wordingOf(` ${name} `)).toBe(wording);
    expect(wordingOf(JSON.stringify(wording))).toEqual(wording);
    const shown = teacher({ solution: 'It is 3.', feedback: 'incorrect' }, await make({ wording }));
    for (const part of [problem.question, 'It is 3.', wording.incorrect]) expect(shown).toContain(part);
  }
  const own = {
    student: 'Q: {question}',
    teacher: ['{question}', '{solution}!', '[{feedback}]'],
    correct: '+',
    incorrect: '-',
  };
  const shown = teacher(
    { solution: 'a', feedback: 'correct' },
    await make({ wording: wordingOf(JSON.stringify(own)) }),
  );
  expect(shown).toBe(turn(`${problem.question}\n\na!\n\n[+]`));
});

const good = WORDINGS.standard;
test.each([
  ['standart', /no wording is called "standart" \(wording\)\. Did you mean "standard"\?/],
  ['my words', /no wording is called "my words".*Give a name \(standard, reference, bare\), or JSON/],
  ['toString', /no wording is called "toString"/],
  ['{"student": ', /no JSON/],
  [JSON.stringify({ ...good, tone: 'kind' }), /unknown field "tone"/],
  [JSON.stringify(good).replace('{', '{"correct": "Yes.", '), /"correct" stands twice in one object/],
  [JSON.stringify({ ...good, student: 3 }), /"student" is no text/],
  [JSON.stringify({ ...good, student: 'Solve it.' }), /"student" lacks \{question\}/],
  [JSON.stringify({ ...good, teacher: 'x' }), /"teacher" is no list of texts/],
  [JSON.stringify({ ...good, teacher: ['{question}', '{solution}'] }), /"teacher" lacks \{feedback\}/],
  [JSON.stringify({ ...good, correct: ' ' }), /"correct" and "incorrect" must be texts/],
])('the wording %s is refused', (text, message) => {
  expect(() => wordingOf(text)).toThrow(message);
});

test('problems that a model cannot be given are left out and named before the first step; tokens that it has no row for are taken out of what it wrote', async () => {
  // No byte for ж, and none for the padding token of a larger vocabulary.
  const limited = {
    ...tokenizer,
    withoutRow: ['[PAD9]'],
    encode(text: string) {
      if (/ж|\[PAD9\]/.test(text)) throw new BadInput(`${text} cannot be encoded`, 'tokenizer.json', 'Remove it.');
      return encode(text);
    },
  };
  const strange = [
    { ...problem, id: 'words/letter', question: `${problem.question} ж` },
    { ...problem, id: 'words/token', solution: 'It is [PAD9] 3.' },
  ];
  const made = await make({ problems: [...problems, ...strange], tokenizer: limited });
  expect(made.leftOut).toBe(
    '2 of 66 problems are left out: they have characters or tokens that the model does not know (words/letter, words/token)',
  );
  expect((await make({ tokenizer: limited })).leftOut).toBeUndefined();
  await expect(make({ problems: strange, tokenizer: limited })).rejects.toThrow(
    /2 of 2 problems are left out.*Use a model/,
  );
  expect(teacher({ solution: 'It is[PAD9] 3.' }, made)).toContain('It is 3.');
});
