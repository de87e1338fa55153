/** Each benchmark's rows in its exact form, with problems of our own: what is asked, what is wanted, how it is judged. */
import { expect, test } from 'vitest';
import { BadRows } from '../../src/data/bad-rows';
import { memoryBytes } from '../../src/data/bytes';
import { problemsOf } from '../../src/data/dataset';
import { withinTolerance } from '../../src/data/maths/tolerance';
import { readRecords } from '../../src/data/records';
import type { Problem } from '../../src/data/types';
import { rolloutIds } from '../../src/inspect/contexts';
import { openModel } from '../../src/library/open-model';
import { chatTaskOn } from '../../src/library/open-task';
import { diskFolder, fixturePath } from '../setup/fixtures';

const read = (...rows: object[]) => {
  const text = rows.map((row) => JSON.stringify(row)).join('\n');
  return problemsOf(readRecords(memoryBytes(new TextEncoder().encode(text), 'x.jsonl')), 'x.jsonl');
};
const one = async (row: object): Promise<Problem> => (await read(row)).problems[0];

const OLYMPIAD = {
  id: 1606,
  question: 'A rod is cut in two. How long are its parts?',
  solution: ['One way: measure. $2$ and $3$.', 'Another way.'],
  final_answer: ['2', '3.5'],
  context: null,
  image_1: null,
  modality: 'Text-only',
  difficulty: 'Competition',
  is_multiple_answer: true,
  unit: null,
  answer_type: 'Numerical',
  error: null,
  question_type: 'Open-ended',
  subfield: 'Mechanics',
  subject: 'Math',
  language: 'English',
};
const DAPO_ROW = (question: string, answer: string, index: string) => ({
  data_source: 'math_dapo',
  prompt: [
    {
      content: `Solve the following math problem step by step. The last line of your response should be of the form Answer: $Answer (without quotes) where $Answer is the answer to the problem.\n\n${question}\n\nRemember to put your answer on its own line after "Answer:".`,
      role: 'user',
    },
  ],
  ability: 'MATH',
  reward_model: { ground_truth: answer, style: 'rule-lighteval/MATH_v2' },
  extra_info: { index },
});

/** A row of each dataset's form, and what the lab makes of it. */
const FORMS: [name: string, row: object, wanted: Partial<Problem>][] = [
  [
    'AIME 2024, HuggingFaceH4',
    {
      id: 60,
      problem: 'What is $20+4$?',
      solution: '$20+4=\\boxed{024}$.',
      answer: '024',
      url: 'https://x',
      year: '2024',
    },
    { id: '60', question: 'What is $20+4$?', answer: '024', solution: '$20+4=\\boxed{024}$.' },
  ],
  [
    'AIME 2024, Maxwell-Jia',
    { ID: '2024-I-4', Problem: 'What is $5\\cdot 23$?', Solution: 'It is $115$.', Answer: 115 },
    { id: '2024-I-4', question: 'What is $5\\cdot 23$?', answer: '115', solution: 'It is $115$.' },
  ],
  [
    'AIME 2025 and 2026, MathArena',
    { problem_idx: 3, problem: 'Find $7^2$.', answer: 49, problem_type: ['Algebra'] },
    { id: '3', question: 'Find $7^2$.', answer: '49', solution: null },
  ],
  [
    'HMMT 2025, MathArena',
    { problem_idx: 8, problem: 'Find all roots.', answer: '\\frac{-1+\\sqrt{17}}{2}', problem_type: ['Algebra'] },
    { id: '8', answer: '\\frac{-1+\\sqrt{17}}{2}' },
  ],
  ['MinervaMath, math-ai', { question: 'Mass of it?', answer: '7e37' }, { question: 'Mass of it?', answer: '7e37' }],
  [
    'MinervaMath, a solution alone',
    { problem: 'Energy?', type: 'Physics', solution: 'So $E=\\boxed{4.5e33}$ erg.', idx: 3 },
    { question: 'Energy?', answer: '4.5e33', solution: 'So $E=\\boxed{4.5e33}$ erg.' },
  ],
  [
    'MATH-500',
    {
      problem: 'Convert.',
      solution: 'We get $\\boxed{\\left( 3, \\frac{\\pi}{2} \\right)}.$',
      answer: '\\left( 3, \\frac{\\pi}{2} \\right)',
      subject: 'Precalculus',
      level: 2,
      unique_id: 'test/precalculus/807.json',
    },
    { id: 'test/precalculus/807.json', answer: '\\left( 3, \\frac{\\pi}{2} \\right)' },
  ],
  [
    'GSM8K',
    { question: 'How many?', answer: 'Half of 18 is 18/2=<<18/2=9>>9.\n#### 9' },
    { question: 'How many?', answer: '9', solution: 'Half of 18 is 18/2=9.\nThe answer is \\boxed{9}.' },
  ],
  [
    'DAPO-Math-17k',
    DAPO_ROW('If $x=2$, find $x+1$.', '3', '9a9b6eb4'),
    { question: 'If $x=2$, find $x+1$.', answer: '3', solution: null },
  ],
  [
    'OlympiadBench, several answers and several solutions',
    OLYMPIAD,
    { id: '1606', answer: '2, 3.5', solution: 'One way: measure. $2$ and $3$.', facts: {} },
  ],
  [
    'OlympiadBench, context, unit and tolerance',
    {
      ...OLYMPIAD,
      context: 'A planet.',
      final_answer: ['9.81'],
      unit: 'm/s',
      error: '1e-1',
      is_multiple_answer: false,
    },
    { question: 'A planet.\n\nA rod is cut in two. How long are its parts?', facts: { unit: 'm/s', tolerance: [0.1] } },
  ],
];

test.each(FORMS)('%s', async (_, row, wanted) => {
  expect(await one(row)).toMatchObject(wanted);
});

test('DAPO’s repeated rows count once; those with another answer, and rows that need a picture, are left out and counted', async () => {
  const rows = [
    DAPO_ROW('a  b', '1', 'i'),
    DAPO_ROW('a b', '1', 'j'),
    DAPO_ROW('c', '2', 'k'),
    DAPO_ROW('a b', '7', 'l'),
  ];
  const { problems, leftOut } = await read(...rows, { question: 'See <image_1>.', answer: '1' });
  expect(problems.map(({ id, answer }) => [id, answer])).toEqual([
    ['x.jsonl/000000', '1'],
    ['x.jsonl/000002', '2'],
  ]);
  expect(leftOut).toBe(
    'of 5 rows 1 repeat an earlier question, 1 repeat one with another answer, 1 need a picture: left out',
  );
});

test('a number within its tolerance is right, in its unit; nothing else is', () => {
  const cases: [given: string, wanted: string, tolerance: number[], right: boolean][] = [
    ['9.9', '9.81', [0.1], true],
    ['9.92', '9.81', [0.1], false],
    ['9.91', '9.81', [0.1], true], // at the edge: 0.1 is a decimal
    ['$990\\text{ cm}$', '9.81 m', [0.1], true],
    ['9.9 kg', '9.81 m', [0.1], false],
    ['2, 3.6', '2, 3.5', [0.1], true],
    ['2.05, 3.6', '2, 3.5', [0.01, 0.1], false],
    ['3.6, 2', '2, 3.5', [0.1], false],
    ['about ten', '9.81', [0.1], false],
    ['x + 1', 'x + 1.05', [0.1], false],
  ];
  for (const [given, wanted, tolerance, right] of cases)
    expect([given, withinTolerance(given, wanted, tolerance)]).toEqual([given, right]);
});

test('a benchmark is asked whole, and judged by unit and tolerance', async () => {
  const model = await openModel(diskFolder(fixturePath('tiny-chat')));
  const rows = [
    { ...OLYMPIAD, final_answer: ['9.81'], unit: 'cm', error: '1e-1' },
    { ...OLYMPIAD, id: 2, question: 'q?' },
  ];
  const { problems } = await read(...rows);
  const setting = { model, tokenizer: model.text, maxNewTokens: 64, thinking: false };
  const task = await chatTaskOn('x', problems, { ...setting, whole: true });
  const asked = task.generate({ split: 'heldout', count: 10, seed: 0, minDepth: null });
  expect(asked.map(({ id }) => id).sort()).toEqual(['1606', '2']);
  const rod = asked.find(({ id }) => id === '1606') as Problem;
  const reward = (text: string) => task.verify(rod, rolloutIds(task, text)).reward;
  expect([
    reward('\\boxed{9.9}'),
    reward('\\boxed{9.81 cm}'),
    reward('\\boxed{98.1 mm}'),
    reward('\\boxed{9.81 kg}'),
  ]).toEqual([1, 1, 1, 0]);
});

const GOOD = { question: 'What is 2 + 2?', answer: '4' };
const lines = (...rows: (object | string)[]) => {
  const text = rows.map((row) => (typeof row === 'string' ? row : JSON.stringify(row))).join('\n');
  return memoryBytes(new TextEncoder().encode(text), 'x.jsonl');
};
const withBad = async (setting: 'refused' | 'left-out', ...rows: (object | string)[]) => {
  const bad = new BadRows(setting);
  return problemsOf(readRecords(lines(...rows), undefined, { bad }), 'x.jsonl', 'once', bad);
};

test('a row that cannot be read refuses the file by its name and says the way round, or is left out and counted', async () => {
  const rows = [
    { question: 'What is 1 + 1?', answer: '2', id: 'a' },
    '{"question": "cut off',
    GOOD,
    '[1, 2]',
    { question: 'Without an answer' },
    { question: 'The same id?', answer: '7', id: 'a' },
    { ...GOOD, question: 'What is 3 + 3?' },
    { ...GOOD, question: 'What is 4 + 4?' },
  ];
  await expect(withBad('refused', ...rows)).rejects.toThrow(/not JSON.*\(x\.jsonl, line 2\).*--bad-rows left-out/);
  const { problems, leftOut } = await withBad('left-out', ...rows);
  expect(problems.map(({ answer }) => answer)).toEqual(['2', '4', '4', '4']);
  expect(leftOut).toMatch(/^4 of 8 rows cannot be read \(x\.jsonl, line 2: not JSON.*\): left out$/s);
  await expect(withBad('left-out', GOOD, '{', '{')).rejects.toThrow(/^2 of 3 rows cannot be read; the first: not JSON/);
  await expect(withBad('left-out', '{')).rejects.toThrow(/^1 of 1 rows cannot be read/);
});

test('a list as one JSON value may have entries that are no rows; what is over a bound is no fault of a row', async () => {
  const text = JSON.stringify([GOOD, 7, { ...GOOD, question: 'What is 1 + 3?' }]);
  const bad = new BadRows('left-out');
  const file = memoryBytes(new TextEncoder().encode(text), 'x.json');
  const found = await problemsOf(readRecords(file, undefined, { bad }), 'x.json', 'once', bad);
  expect([found.problems.length, found.leftOut]).toEqual([2, expect.stringMatching(/1 of 3 .*record 2/)]);
  expect(() => new BadRows('left-out').add(new Error('a bug'))).toThrow('a bug');
});
