import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DATASETS, datasetText } from '../../src/data/two-cards/dataset';
import { dealOf, PAIRS, pairAt, splitOf } from '../../src/data/two-cards/problem';
import { twoCards } from '../../src/data/two-cards/task';
import { ID, TOKENS } from '../../src/data/two-cards/vocabulary';
import type { Problem, Split } from '../../src/data/types';

const { encode, decode, eosId } = twoCards.tokenizer;
const ended = (text: string) => [...encode(text), eosId];

const query = fc.record({
  split: fc.constantFrom<Split>('train', 'heldout'),
  seed: fc.nat(),
  minDepth: fc.integer({ min: 1, max: 15 }),
  first: fc.nat(1e6),
});
const problem = query.map((q) => twoCards.generate({ ...q, count: 1 })[0]);

test('the vocabulary is the 77 words in their order', () => {
  expect(TOKENS).toHaveLength(77);
  expect(TOKENS.slice(0, 64)).toEqual(Array.from({ length: 64 }, (_, n) => String(n)));
  expect(TOKENS.slice(64).join(' ')).toBe('<pad> <bos> <eos> make Think Hint no yes Wait Hmm Maybe So Answer');
});

test('a problem is well formed, of its split, at least minDepth deep, and only its pair works', () => {
  fc.assert(
    fc.property(query, (q) => {
      const [made] = twoCards.generate({ ...q, count: 1 });
      const { cards, target, depth } = dealOf(made);
      expect(new Set(cards).size).toBe(6);
      expect(cards.every((c) => c >= 1 && c <= 20)).toBe(true);
      expect(depth).toBeGreaterThanOrEqual(q.minDepth);
      expect(PAIRS.flatMap(([i, j], k) => (cards[i] + cards[j] === target ? [k + 1] : []))).toEqual([depth]);
      expect(splitOf(cards, target)).toBe(q.split);
      expect(splitOf([...cards].reverse(), target)).toBe(q.split);
      expect(made.answer).toBe(pairAt(cards, depth).join(' '));
    }),
  );
});

test('problem k of a stream does not depend on how the stream is cut', () => {
  fc.assert(
    fc.property(query, fc.integer({ min: 1, max: 20 }), (q, count) => {
      const whole = twoCards.generate({ ...q, count });
      const pieces = whole.flatMap((_, i) => twoCards.generate({ ...q, count: 1, first: q.first + i }));
      expect(pieces).toEqual(whole);
    }),
    { numRuns: 30 },
  );
  const common = { split: 'train', count: 50, minDepth: 1 } as const;
  const questions = (seed: number) => twoCards.generate({ ...common, seed }).map((p) => p.question);
  expect(questions(1)).toEqual(questions(1));
  expect(questions(1).filter((q, i) => q === questions(2)[i])).toEqual([]);
});

test('depths are uniform from minDepth to 15, and a tenth of all problems is held out', () => {
  const counts = new Array<number>(16).fill(0);
  for (const p of twoCards.generate({ split: 'train', count: 11_000, seed: 5, minDepth: 5 })) counts[dealOf(p).depth]++;
  expect(counts.slice(0, 5)).toEqual([0, 0, 0, 0, 0]);
  const chi2 = counts.slice(5).reduce((sum, c) => sum + (c - 1000) ** 2 / 1000, 0);
  expect(chi2).toBeLessThan(29.6); // 10 degrees of freedom, p = 0.001

  let heldOut = 0;
  let all = 0;
  for (let a = 1; a <= 15; a++)
    for (let t = 10; t < 40; t++)
      for (let b = a + 1; b <= 15; b++, all++) if (splitOf([a, b, 16, 17, 18, 19], t) === 'heldout') heldOut++;
  expect(heldOut / all).toBeGreaterThan(0.085);
  expect(heldOut / all).toBeLessThan(0.115);
});

test('without a least depth, the task’s own: 5', () => {
  const query = { split: 'train', count: 40, seed: 9 } as const;
  expect(twoCards.generate({ ...query, minDepth: null })).toEqual(twoCards.generate({ ...query, minDepth: 5 }));
});

test('minDepth outside 1..15 is refused with the mend', () => {
  for (const minDepth of [0, 16, 2.5]) {
    const make = () => twoCards.generate({ split: 'train', count: 1, seed: 0, minDepth });
    expect(make).toThrow(/Choose a whole number from 1 to 15/);
  }
});

test('every solution verifies and fits in maxNewTokens, and its prompts have 10 and 13 tokens', () => {
  fc.assert(
    fc.property(problem, (p) => {
      const response = ended(p.solution as string);
      expect(twoCards.verify(p, response)).toEqual({ reward: 1, reason: 'right', answer: p.answer });
      expect(response.length).toBeLessThanOrEqual(twoCards.maxNewTokens);
      const context = { source: 'dataset', solution: p.solution, feedback: 'correct' } as const;
      const { cards, target } = dealOf(p);
      const hand = `${cards.join(' ')} make ${target}`;
      expect(decode(twoCards.studentPrompt(p))).toBe(`<bos> ${hand} Think`);
      expect(decode(twoCards.teacherPrompt(p, context))).toBe(`<bos> ${hand} Hint ${p.answer} Think`);
      expect(twoCards.studentPrompt(p)).toHaveLength(10);
      expect(twoCards.teacherPrompt(p, context)).toHaveLength(13);
      expect(twoCards.teacherPrompt(p, { ...context, source: 'none', solution: null })).toEqual(
        twoCards.studentPrompt(p),
      );
    }),
  );
});

test('the order of the answer does not matter, and the reasoning before it is not judged', () => {
  fc.assert(
    fc.property(problem, fc.array(fc.integer({ min: 0, max: 76 }), { maxLength: 30 }), (p, noise) => {
      const [a, b] = p.answer.split(' ');
      expect(twoCards.verify(p, [...noise, ...ended(`So Answer ${b} ${a}`)]).reward).toBe(1);
    }),
  );
});

test('any other last five tokens are no right answer', () => {
  fc.assert(
    fc.property(problem, fc.nat(4), fc.integer({ min: 0, max: 76 }), (p, place, id) => {
      const response = ended(p.solution as string);
      const at = response.length - 5 + place;
      fc.pre(response[at] !== id);
      response[at] = id;
      expect(twoCards.verify(p, response).reward).toBe(0);
    }),
    { numRuns: 500 },
  );
});

test('a wrong answer is told apart by its reason', () => {
  const deal = { cards: [3, 7, 9, 12, 15, 20], target: 24, depth: 11 };
  const p: Problem = { id: 'x', question: '', solution: null, answer: '9 15', facts: deal };
  const judge = (text: string) => twoCards.verify(p, encode(text));
  expect(judge('So Answer 9 15 <eos>')).toEqual({ reward: 1, reason: 'right', answer: '9 15' });
  expect(judge('So Answer 12 12 <eos>')).toEqual({ reward: 0, reason: 'not two of the cards', answer: '12 12' });
  expect(judge('So Answer 4 20 <eos>').reason).toBe('not two of the cards');
  expect(judge('So Answer 3 20 <eos>').reason).toBe('wrong sum');
  for (const text of ['', '<eos>', '9 15 <eos>', 'So Answer 9 15', 'Answer 9 15 <eos>', 'So Answer 9 15 <eos> <pad>']) {
    expect(judge(text)).toEqual({ reward: 0, reason: 'no answer', answer: null });
  }
});

test('solutionOf keeps a response up to its answer, and the teacher reads the pair from it', () => {
  fc.assert(
    fc.property(problem, (p) => {
      const solution = twoCards.solutionOf(p, ended(p.solution as string));
      expect(solution).toBe(p.solution);
      const show = (text: string) => twoCards.teacherPrompt(p, { source: 'sibling', solution: text, feedback: null });
      expect(show(solution)).toEqual(show(p.answer));
    }),
  );
  const [p] = twoCards.generate({ split: 'train', count: 1, seed: 0, minDepth: 1 });
  expect(() => twoCards.teacherPrompt(p, { source: 'dataset', solution: 'yes Wait', feedback: null })).toThrow(
    /no pair/,
  );
});

test('a wrong solution never solves the problem, and all 14 occur', () => {
  fc.assert(
    fc.property(problem, fc.nat(), (p, seed) => {
      expect(twoCards.verify(p, ended(twoCards.wrongSolution(p, seed))).reason).toBe('wrong sum');
    }),
  );
  const [p] = twoCards.generate({ split: 'train', count: 1, seed: 0, minDepth: 1 });
  expect(new Set(Array.from({ length: 300 }, (_, seed) => twoCards.wrongSolution(p, seed))).size).toBe(14);
});

test('samples are what their labels say', () => {
  const reasons: Record<string, string> = {
    'right, the whole scan': 'right',
    'right, at once': 'right',
    'gave up too early': 'wrong sum',
    'wrong sum': 'wrong sum',
    'not two of the cards': 'not two of the cards',
    'no final answer': 'no answer',
  };
  fc.assert(
    fc.property(problem, fc.nat(), (p, seed) => {
      const samples = twoCards.samples?.(p, seed) ?? [];
      expect(samples.length).toBe(dealOf(p).depth > 1 ? 6 : 5);
      expect(samples).toEqual(twoCards.samples?.(p, seed));
      for (const { label, text, right } of samples) {
        const { reward, reason } = twoCards.verify(p, ended(text));
        expect(reason, `${label}: ${text}`).toBe(reasons[label]);
        expect(reward === 1).toBe(right);
      }
    }),
  );
});

test('the shipped files are what the generator writes, disjoint, and of all depths', () => {
  const keys = new Set<string>();
  let total = 0;
  for (const split of ['train', 'heldout'] as const) {
    const { file, count } = DATASETS[split];
    const text = readFileSync(new URL(`../../public/datasets/${file}`, import.meta.url), 'utf8');
    expect(text === datasetText(split), `${file} differs: run node scripts/make-datasets.mjs`).toBe(true);
    const rows = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(rows).toHaveLength(count);
    expect(new Set(rows.map((r) => r.depth)).size).toBe(15);
    for (const { cards, target } of rows) {
      expect(splitOf(cards, target)).toBe(split);
      keys.add(`${cards.toSorted((a: number, b: number) => a - b)} ${target}`);
    }
    total += count;
  }
  expect(keys.size).toBe(total);
});

test('ids of the words that the code speaks', () => {
  expect(Object.fromEntries(Object.entries(ID).map(([name, id]) => [name, TOKENS[id]]))).toEqual({
    bos: '<bos>',
    eos: '<eos>',
    make: 'make',
    think: 'Think',
    hint: 'Hint',
    no: 'no',
    yes: 'yes',
    wait: 'Wait',
    so: 'So',
    answer: 'Answer',
  });
});
