/** Countdown and spelling backwards: problems of our own, and verdicts against reasoning-gym's score_answer (make_reasoning_gym.py). */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { countdownProblems, countdownSamples, judgeCountdown } from '../../src/data/countdown';
import { worthOf } from '../../src/data/countdown/expression';
import { splitOfQuestion } from '../../src/data/dataset';
import { finalAnswer } from '../../src/data/maths';
import { judgeSpelling, spellingProblems, spellingSamples } from '../../src/data/spelling';
import { CHAT_TASK } from '../../src/data/tasks';
import type { Problem, SampleAnswer, Verdict } from '../../src/data/types';

type Scored = readonly [answer: string, score: number];
const FIXTURE = JSON.parse(readFileSync(new URL('../fixtures/reasoning-gym.json', import.meta.url), 'utf8')) as {
  countdown: (readonly [number[], number, Scored[]])[];
  spelling: (readonly [string, Scored[]])[];
};
const asked = (answer: string, facts: Problem['facts']): Problem => {
  return { id: 'x', question: 'q', solution: null, answer, facts };
};
const countdown = (numbers: number[], target: number) => (answer: string) =>
  judgeCountdown(asked('', { numbers, target }), answer);

/** What reasoning-gym gives for each of the reasons. */
const SCORES: Record<string, number> = {
  right: 1,
  'other numbers': 0.05,
  'another value': 0.05,
  'no expression': 0.01,
};

/** Signs of formulas, which are read here, and not by reasoning-gym. */
const FORMULA = /[×$]/;
/** Truth values, which are numbers to reasoning-gym (wrong ones: 0.05), and here no expression. */
const TRUTH = /==| and /;

test('countdown: the score of reasoning-gym for 3 answers to each of its 1,000 problems', () => {
  const differ: unknown[] = [];
  const seen = new Map<string, number>();
  let formulas = 0;
  for (const [numbers, target, answers] of FIXTURE.countdown)
    for (const [answer, score] of answers) {
      const { reward, reason } = countdown(numbers, target)(answer);
      seen.set(reason, (seen.get(reason) ?? 0) + 1);
      if (FORMULA.test(answer)) {
        formulas++;
        expect(score).toBe(0.01);
        continue;
      }
      const same = SCORES[reason] === score || (TRUTH.test(answer) && score === 0.05);
      if (!same || (reward === 1) !== (score === 1)) differ.push({ numbers, target, answer, score, reason });
    }
  expect(differ).toEqual([]);
  expect(FIXTURE.countdown).toHaveLength(1000);
  expect(formulas).toBeLessThan(40);
  for (const reason of Object.keys(SCORES)) expect(seen.get(reason)).toBeGreaterThan(100);
});

test('spelling: the score of reasoning-gym for 3 answers to each of its 1,000 words', () => {
  const differ: unknown[] = [];
  for (const [word, answers] of FIXTURE.spelling)
    for (const [answer, score] of answers) {
      const { reward, reason } = judgeSpelling(asked(Array.from(word).reverse().join(''), {}), answer);
      const [, inPlace, of] = /^(\d+) of (\d+) letters/.exec(reason)?.map(Number) ?? [0, 1, 1];
      // Of a right word that goes on reasoning-gym takes 0.2 off, where its sum of shares in doubles is 1 and not 1 ± 2e-16.
      const goesOn = inPlace === of && reward === 0 && score === 0.8;
      if (!(goesOn || Math.abs(score - inPlace / of) < 1e-9) || (reward === 1) !== (score === 1))
        differ.push({ word, answer, score, reason });
    }
  expect(differ).toEqual([]);
  expect(FIXTURE.spelling).toHaveLength(1000);
});

test.each([
  ['2 + 3 * 4 ** 2 / 8', '8/1'],
  ['-2 ** 2', '-4/1'],
  ['2 ** 3 ** 2', '512/1'],
  ['2 ** -2', '1/4'],
  ['-7 // 2 + -7 % 2', '-3/1'],
  ['1 / 3 * 3', '1/1'],
  ['5 ^ 1 + 2', '6/1'],
  ['8 ** (1 / 3) + 0.5', '5/2'],
  ['3! - .5e1', '1/1'],
])('%s is %s', (text, wanted) => {
  const value = worthOf(text);
  expect(value && typeof value === 'object' && `${value.n}/${value.d}`).toBe(wanted);
});

test.each([
  '',
  '()',
  '1/0',
  '9**9**9**9',
  '2 3',
  '2(3)',
  '03',
  '1 = 1',
  'sqrt(16)',
  '('.repeat(399),
  '1+'.repeat(300),
  '200!'.repeat(2),
])('%s has no value', (text) => expect(worthOf(text)).toBeNull());

test('what boxes are written with is read, although reasoning-gym would not; its functions, comments and texts are not', () => {
  const judge = countdown([3, 4, 16], 12);
  for (const text of [
    '16 \\times 3 \\div 4',
    '16 × 3 ÷ 4',
    '\\frac{16}{4} \\cdot 3',
    '\\left(16 / 4\\right) * 3',
    '$16 * 3 / 4$',
  ])
    expect(judge(text).reward).toBe(1);
  for (const text of ['sqrt(16) * 4 - 3', '16 * 3 / 4 # so', '"16" * 3 / 4'])
    expect(judge(text).reason).toBe('no expression');
});

interface Source {
  readonly problems: Problem[];
  readonly again: (count: number) => Problem[];
  readonly samples: (problem: Problem, seed?: number) => SampleAnswer[];
  readonly judge: (problem: Problem, answer: string) => Verdict;
  readonly kinds: readonly string[];
}
const SOURCES: Record<string, Source> = {
  countdown: {
    problems: countdownProblems(4096),
    again: countdownProblems,
    samples: countdownSamples,
    judge: judgeCountdown,
    kinds: ['right', 'other numbers', 'another value', 'no expression', 'no answer'],
  },
  'spell-backward': {
    problems: spellingProblems(),
    again: spellingProblems,
    samples: spellingSamples,
    judge: judgeSpelling,
    kinds: ['right', 'no answer'],
  },
};

describe.each(Object.entries(SOURCES))('%s', (_, { problems, again, samples, judge, kinds }) => {
  const verdict = (problem: Problem, text: string) => {
    const answer = finalAnswer(text);
    return answer === null ? { reward: 0, reason: 'no answer' } : judge(problem, answer);
  };

  test('problems: each its own, the same for every count, one in eight held out, solved by its solution and answer', () => {
    expect(new Set(problems.map(({ question }) => question)).size).toBe(problems.length);
    expect(new Set(problems.map(({ id }) => id)).size).toBe(problems.length);
    expect(again(40)).toEqual(problems.slice(0, 40));
    const held = problems.filter(({ question }) => splitOfQuestion(question) === 'heldout').length / problems.length;
    expect(Math.abs(held - 1 / 8)).toBeLessThan(0.03);
    for (const problem of problems) {
      expect(verdict(problem, problem.solution as string).reward, problem.solution as string).toBe(1);
      expect(judge(problem, problem.answer).reward).toBe(1);
    }
  });

  test('samples are what their labels say, whichever slip the seed makes', () => {
    const reasons = new Set<string>();
    for (const problem of problems.slice(0, 900))
      for (const seed of [0, 7]) {
        const made = samples(problem, seed);
        expect(samples(problem, seed)).toEqual(made);
        expect(new Set(made.map(({ text }) => text)).size).toBe(made.length);
        for (const { label, text, right } of made) {
          const { reward, reason } = verdict(problem, text);
          reasons.add(reason);
          expect(reward === 1, `${problem.id} ${label}: ${text}`).toBe(right);
        }
      }
    expect([...reasons]).toEqual(expect.arrayContaining([...kinds]));
  });
});

test('countdown: no two problems of the same numbers and target; every kind of sign and size occurs; lines are true', () => {
  const { problems } = SOURCES.countdown;
  const keys = problems.map(({ facts }) => `${(facts.numbers as number[]).toSorted((a, b) => a - b)} ${facts.target}`);
  expect(new Set(keys).size).toBe(problems.length);
  const steps = problems.map(({ facts }) => facts.steps);
  for (const n of [2, 3, 4, 5]) expect(steps.filter((s) => s === n).length).toBeGreaterThan(400);
  for (const sign of '+-*/()')
    expect(problems.filter(({ answer }) => answer.includes(sign)).length).toBeGreaterThan(100);
  for (const { solution, facts } of problems) {
    const lines = [...(solution as string).matchAll(/(\d+ [-+*/] \d+) = (\d+)/g)];
    expect(lines).toHaveLength(facts.steps as number);
    for (const [, left, right] of lines) expect(worthOf(left)).toEqual(worthOf(right));
  }
});

test('word problems stay the task that other models are offered', () => expect(CHAT_TASK.name).toBe('word-problems'));
