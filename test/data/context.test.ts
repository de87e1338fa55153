import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type ContextRequest,
  chooseContexts,
  chooseWrongHints,
  contextShares,
  shuffleSentences,
} from '../../src/data/context';
import { twoCards } from '../../src/data/two-cards/task';
import { CONTEXT_MODES, type ContextMode } from '../../src/data/types';

const problems = twoCards.generate({ split: 'train', count: 8, seed: 1, minDepth: 5 });
const [problem] = problems;
const { encode, eosId } = twoCards.tokenizer;
const right = [...encode(problem.solution as string), eosId];
/** A right response that differs from the others in its reasoning, so that a sibling can be told by its text. */
const rightNumber = (i: number) => [...encode(`${i} ${i} no So Answer ${problem.answer}`), eosId];
const wrong = [...encode(twoCards.wrongSolution(problem, 0)), eosId];

function request(mode: ContextMode, rewards: number[], change: Partial<ContextRequest> = {}): ContextRequest {
  const responses = rewards.map((r, i) => (r === 1 ? rightNumber(i) : wrong));
  return {
    mode,
    wrongShare: 0,
    task: twoCards,
    problem,
    responses,
    rewards,
    others: problems,
    seed: [7, 1, 0],
    ...change,
  };
}
const sources = (mode: ContextMode, rewards: number[], change: Partial<ContextRequest> = {}) =>
  chooseContexts(request(mode, rewards, change)).map((c) => c.source);

test('sibling, then dataset: a correct rollout of the group, never the rollout itself', () => {
  expect(sources('sibling-then-dataset', [1, 0, 0, 0])).toEqual(['dataset', 'sibling', 'sibling', 'sibling']);
  expect(sources('sibling-then-dataset', [0, 0])).toEqual(['dataset', 'dataset']);
  expect(sources('sibling', [1, 0])).toEqual(['none', 'sibling']);
  const rewards = fc.array(fc.constantFrom(0, 1), { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(rewards, fc.nat(), (r, seed) => {
      chooseContexts(request('sibling', r, { seed: [seed] })).forEach(({ solution, source }, i) => {
        const others = r.flatMap((x, j) => (x === 1 && j !== i ? [twoCards.solutionOf(problem, rightNumber(j))] : []));
        if (others.length > 0) expect(others).toContain(solution);
        else expect({ solution, source }).toEqual({ solution: null, source: 'none' });
      });
    }),
  );
});

test('every correct sibling is chosen sometimes, and the seed decides', () => {
  const chosen = new Set<string | null>();
  for (let s = 0; s < 60; s++) chosen.add(chooseContexts(request('sibling', [0, 1, 1, 1], { seed: [s] }))[0].solution);
  expect(chosen.size).toBe(3);
  expect(chooseContexts(request('sibling', [1, 1, 1]))).toEqual(chooseContexts(request('sibling', [1, 1, 1])));
});

test('feedback is about the rollout itself, in every mode but none', () => {
  for (const mode of CONTEXT_MODES) {
    const feedback = chooseContexts(request(mode, [1, 0])).map((c) => c.feedback);
    expect(feedback).toEqual(mode === 'none' ? [null, null] : ['correct', 'incorrect']);
  }
});

test('what the teacher of two cards reads in each mode', () => {
  const prompts = (mode: ContextMode, change: Partial<ContextRequest> = {}) =>
    chooseContexts(request(mode, [1, 1, 0], change)).map((c) => twoCards.teacherPrompt(problem, c));
  const hinted = twoCards.teacherPrompt(problem, { source: 'answer', solution: problem.answer, feedback: null });
  for (const mode of ['sibling-then-dataset', 'sibling', 'dataset', 'answer', 'shuffled'] as const) {
    expect(prompts(mode)).toEqual([hinted, hinted, hinted]);
  }
  for (const mode of ['feedback', 'none'] as const) {
    for (const prompt of prompts(mode)) expect(prompt).toEqual(twoCards.studentPrompt(problem));
  }
  for (const prompt of [...prompts('other-problem'), ...prompts('dataset', { wrongShare: 1 })]) {
    expect(prompt).toHaveLength(13);
    expect(twoCards.verify(problem, [...encode(`So Answer ${prompt[10]} ${prompt[11]}`), eosId]).reward).toBe(0);
  }
});

test('a foreign solution that solves this problem too is not used', () => {
  const twin = { ...problem, id: 'twin' };
  expect(sources('other-problem', [0], { others: [problem, twin] })).toEqual(['none']);
  expect(sources('other-problem', [0], { others: [problem, twin, problems[1]] })).toEqual(['other-problem']);
});

test('a wrong solution takes the place of a shown one with the given probability, and of nothing else', () => {
  const rewards = new Array<number>(4000).fill(0);
  const shares = contextShares(chooseContexts(request('dataset', rewards, { wrongShare: 0.25 })));
  expect(shares.wrong).toBeGreaterThan(0.22);
  expect(shares.wrong).toBeLessThan(0.28);
  expect((shares.wrong ?? 0) + (shares.dataset ?? 0)).toBeCloseTo(1, 12);
  expect(sources('feedback', [0, 1], { wrongShare: 1 })).toEqual(['none', 'none']);
  expect(sources('sibling', [0, 0], { wrongShare: 1 })).toEqual(['none', 'none']);
  expect(sources('other-problem', [0], { wrongShare: 1 })).toEqual(['other-problem']);
});

test('a problem without a solution falls back to feedback only', () => {
  const bare = { ...problem, solution: null };
  expect(sources('sibling-then-dataset', [0, 0], { problem: bare })).toEqual(['none', 'none']);
  expect(sources('shuffled', [0, 0], { problem: bare })).toEqual(['none', 'none']);
});

test('shares of the sources', () => {
  expect(contextShares(chooseContexts(request('sibling-then-dataset', [1, 0, 0, 0])))).toEqual({
    dataset: 0.25,
    sibling: 0.75,
  });
  expect(contextShares([])).toEqual({});
});

test('shuffled sentences are the same sentences', () => {
  const text = 'First we add. Then we stop!\nIs it right? Yes';
  const orders = new Set(Array.from({ length: 40 }, (_, seed) => shuffleSentences(text, seed)));
  expect(orders.size).toBeGreaterThan(10);
  for (const order of orders) expect(order.split(' ').sort()).toEqual(text.split(/\s+/).sort());
  expect(twoCards.verify(problem, right).reward).toBe(1);
  expect(
    shuffleSentences(problem.solution as string, 1)
      .split(' ')
      .sort(),
  ).toEqual((problem.solution as string).split(' ').sort());
});

test('wrong hints: wrong rollouts of the group, never the rollout itself; one made on purpose where there are none', () => {
  const hints = (rewards: number[], most: number, mode: ContextMode = 'sibling-then-dataset') => {
    const asked = request(mode, rewards);
    return chooseWrongHints(asked, chooseContexts(asked), most);
  };
  const siblings = hints([1, 0, 0, 1], 4).map((list) => list.map((hint) => hint.sibling).sort());
  expect(siblings).toEqual([[1, 2], [2], [1], [1, 2]]);
  expect(hints([1, 0, 0, 0], 2).map((list) => list.length)).toEqual([2, 2, 2, 2]);
  for (const [i, [only]] of hints([1, 1], 4).entries()) {
    expect(only).toMatchObject({ source: 'wrong', feedback: 'correct' });
    expect([i, twoCards.verify(problem, [...encode(only.solution as string), eosId]).reward]).toEqual([i, 0]);
  }
  expect(hints([1, 0], 4)[0][0].feedback).toBe('correct'); // about the rollout, as beside the right hint
  expect(hints([1, 0], 4, 'sibling')).toEqual([[], [expect.objectContaining({ source: 'wrong' })]]); // no solution, no contrast
});
