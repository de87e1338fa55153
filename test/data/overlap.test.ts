import { expect, test } from 'vitest';
import { gramsOf, NGRAM, overlaps, trainingProblems } from '../../src/data/overlap';
import type { Problem } from '../../src/data/types';

const words = (from: number, count: number) => Array.from({ length: count }, (_, i) => `w${from + i}`).join(' ');
const problem = (id: string, question: string): Problem => ({ id, question, solution: null, answer: '1', facts: {} });

test('stretches of 13 words in lower case, without signs; a shorter text is one', () => {
  expect(NGRAM).toBe(13);
  expect(gramsOf(words(0, 15))).toEqual([words(0, 13), words(1, 13), words(2, 13)]);
  expect(gramsOf('What is $\\frac{1}{2} + X$?')).toEqual(['what is frac 1 2 x']);
  expect(gramsOf('?!')).toEqual([]);
});

test('a problem that shares a stretch with training is found, with the training problem that shares the most', () => {
  const evaluated = [
    problem('whole', `${words(0, 20)}`),
    problem('part', `${words(100, 16)} and then something else entirely`),
    problem('twelve words', words(200, 12)),
    problem('new', words(300, 30)),
    problem('short', 'Compute $1 + 1$.'),
  ];
  const trained = [
    problem('other', words(0, 14)),
    problem('same', `  ${words(0, 20).toUpperCase()}!`),
    problem('half', `Let ${words(100, 14)}, find more`),
    problem('too little', `${words(200, 12)} goes on`),
    problem('sum', 'Compute 1+1'),
  ];
  expect(overlaps(evaluated, trained)).toEqual([
    { problem: 'whole', with: 'same', share: 1 },
    { problem: 'part', with: 'half', share: 2 / 9 },
    { problem: 'short', with: 'sum', share: 1 },
  ]);
  expect(overlaps(evaluated, [])).toEqual([]);
});

test('a task’s training problems are given once each', () => {
  const all = Array.from({ length: 1500 }, (_, i) => problem(String(i), String(i)));
  const task = {
    generate: ({ first, count }: { first: number; count: number }) =>
      Array.from({ length: count }, (_, i) => all[(first + i) % all.length]),
  };
  expect([...trainingProblems(task)]).toEqual(all);
});
