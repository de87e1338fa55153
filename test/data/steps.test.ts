/** Steps judged one by one, by two tasks: every solution of theirs is right step by step, and each way to slip is one wrong step. */
import { expect, test } from 'vitest';
import { stories } from '../../src/data/stories/task';
import { twoCards } from '../../src/data/two-cards/task';
import type { Problem, Task } from '../../src/data/types';
import { rolloutIds } from '../../src/inspect/contexts';

const many = (task: Task) => task.generate({ split: 'train', count: 40, seed: 1, minDepth: null });
const judged = (task: Task, problem: Problem, text: string) => task.steps?.(problem, rolloutIds(task, text)) ?? [];
const verdicts = (task: Task, problem: Problem, text: string) => judged(task, problem, text).map(({ right }) => right);

test.each([twoCards, stories])(
  '$name: each step of a solution is right, and all tokens but pauses and the end are of one',
  (task) => {
    for (const problem of many(task))
      for (const text of [problem.solution as string, task.deliberate?.(problem) as string]) {
        const steps = judged(task, problem, text);
        expect(steps.every(({ right }) => right)).toBe(true);
        const ids = rolloutIds(task, text);
        const inside = new Set(steps.flatMap(({ from, to }) => Array.from({ length: to - from }, (_, i) => from + i)));
        const words = [...ids].filter((_, i) => !inside.has(i)).map((id) => task.tokenizer.token(id).trim());
        expect(words.filter((word) => word !== 'Wait' && word !== '<eos>')).toEqual([]);
      }
  },
);

test('two cards: a wrong sum, a foreign card, the same card twice, a wrong verdict, a half attempt', () => {
  const problem = twoCards.ownProblem?.('x', 'make 24 from 3 7 9 12 15 20', null) as Problem; // 9 + 15
  const cases: [text: string, verdicts: boolean[]][] = [
    ['3 7 10 no Wait 3 9 12 no So Answer 9 15', [true, true, true]],
    ['3 7 11 no Wait 3 9 12 no So Answer 9 15', [false, true, true]],
    ['3 8 11 no So Answer 3 8', [false, false]],
    ['3 3 6 no So Answer 9 15', [false, true]],
    ['3 7 10 yes So Answer 3 7', [false, false]],
    ['9 15 24 no So Answer 9 15', [false, true]],
    ['9 15 24 yes So Answer 9 15', [true, true]],
    ['3 7 no Wait 9 15 24 yes So Answer 9 15', [false, true, true]],
    ['9 15 24 yes So Answer 9 15 15', [true, false]],
  ];
  for (const [text, wanted] of cases) expect([text, verdicts(twoCards, problem, text)]).toEqual([text, wanted]);
  // What was cut in the middle is no step.
  const cut = twoCards.tokenizer.encode('3 7 10 no Wait 3 9');
  expect(twoCards.steps?.(problem, cut)).toEqual([{ from: 0, to: 4, right: true }]);
});

test('stories: a slip is one wrong step and what is carried on is right; a second look is judged, and the answer', () => {
  const problem = stories.ownProblem?.(
    'x',
    'Mia has 14 apples. She buys 23 more. She doubles them. How many apples does Mia have?',
    null,
  ) as Problem;
  const end = (n: number) => `So Mia has ${n} apples.`;
  const cases: [text: string, verdicts: boolean[]][] = [
    [`Buying 23 makes 14 + 23 = 37. Doubling makes 37 × 2 = 74. ${end(74)}`, [true, true, true]],
    [`Buying 23 makes 14 + 23 = 38. Doubling makes 38 × 2 = 76. ${end(76)}`, [false, true, true]],
    [
      `Buying 23 makes 14 + 23 = 38. Wait, let me check: 14 + 23 = 37. Doubling makes 37 × 2 = 74. ${end(74)}`,
      [false, true, true, true],
    ],
    [`Buying 23 makes 14 + 23 = 37. Wait, let me check: 14 + 23 = 36. ${end(36)}`, [true, false, false]],
    [`Buying 23 makes 14 + 23 = 37. Doubling makes 36 × 2 = 72. ${end(72)}`, [true, false, true]],
    [`Selling 23 leaves 14 - 23 = 9. ${end(74)}`, [false, false]],
    [end(74), [false]],
    [`Buying 23 makes 14 + 23 = 37. Doubling makes 37 × 2 = 74. ${end(75)}`, [true, true, false]],
  ];
  for (const [text, wanted] of cases) expect([text, verdicts(stories, problem, text)]).toEqual([text, wanted]);
});
