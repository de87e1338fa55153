import fc from 'fast-check';
import { expect, test } from 'vitest';
import { splitOfQuestion } from '../../src/data/dataset';
import { finalAnswer, sameAnswer } from '../../src/data/maths';
import { sampleAnswers, wordProblems } from '../../src/data/word-problems';
import { isPlausible, workOut } from '../../src/data/word-problems/solve';
import type { Facts } from '../../src/data/word-problems/template';
import { TEMPLATES } from '../../src/data/word-problems/templates';

type N = Record<string, number>;
const fraction = (a: number, b: number) => {
  for (let d = a; ; d--) if (a % d === 0 && b % d === 0) return `${a / d}/${b / d}`;
};

/** The answer of each kind once more, from what was drawn, by one formula and not by the template's steps. */
const CHECK: Record<string, (f: N) => number | string> = {
  change: ({ n, p, m, q, paid }) => paid - n * p - m * q,
  discount: ({ price, off, n }) => (n * price * (100 - off)) / 100,
  saving: ({ price, have, weekly }) => (price - have) / weekly,
  profit: ({ boxes, each, cost, sold }) => boxes * (each * sold - cost),
  'shared bill': ({ people, a, b, c, tip }) => ((a + b + c) * (100 + tip)) / (100 * people),
  overtime: ({ normal, extra, wage }) => wage * (normal + 1.5 * extra),
  'craft fair': ({ made, days, gifts, price, have, goal }) => goal - have - price * (made * days - gifts),
  'average speed': ({ h1, h2, v1, v2 }) => (h1 * v1 + h2 * v2) / (h1 + h2),
  machine: ({ rate, hours, minutes, bad }) => rate * (60 * hours + minutes) - bad,
  tank: ({ fill, leak, start, full }) => (full - start) / (fill - leak),
  fuel: ({ perLitre, way, price }) => (2 * way * price) / perLitre,
  reading: ({ perDay, days, left, pages }) => (pages - perDay * days) / left,
  morning: ({ n, each, second, breaks }) => n * each + n * breaks + second,
  'catching up': ({ slow, fast, head }) => (head * fast) / (fast - slow),
  'what is left': ({ part, all, lost }) => (all * (part - 1)) / part - lost,
  'part of a part': ({ a, b, all, guests }) => all / (a * b) + guests,
  ratio: ({ a, b, all }) => (all * (b - a)) / (a + b),
  'way to school': ({ all, walk, cycle }) => (all * (100 - walk) * (100 - cycle)) / 10_000,
  'not red': ({ red, blue, green }) => fraction(blue + green, red + blue + green),
  growth: ({ all, up, down }) => (all * (100 + up) * (100 - down)) / 10_000,
  recipe: ({ serves, cups, guests, have }) => (guests * cups) / serves - have,
  'last test': ({ a, b, c, goal }) => 4 * goal - a - b - c,
  'egg boxes': ({ hens, eggs, weeks, box }) => (hens * eggs * weeks) % box,
  buses: ({ classes, pupils, teachers, seats, price }) => Math.ceil((classes * pupils + teachers) / seats) * price,
  pond: ({ length, width, a, b, price }) => (length * width - a * b) * price,
  fence: ({ gap, a, b, price }) => ((2 * a + 2 * b) / gap) * price,
  ages: ({ age, factor, years }) => age * (factor + 1) + 2 * years,
  comparison: ({ has, factor, fewer }) => has * (1 + 2 * factor) - fewer,
  theatre: ({ rows, seats, empty, price, costs }) => (rows * seats - empty) * price - costs,
  legs: ({ hens, cows, spiders }) => 2 * hens + 4 * cows + 8 * spiders,
};

const problems = wordProblems(4096);

test('4,096 problems of 30 kinds, no two with the same question; every name and thing that was drawn is told', () => {
  expect(TEMPLATES.map((t) => t.name).sort()).toEqual(Object.keys(CHECK).sort());
  expect(new Set(problems.map((p) => p.question)).size).toBe(4096);
  expect(new Set(problems.map((p) => p.id)).size).toBe(4096);
  const counts = new Map<unknown, number>();
  for (const { facts } of problems) counts.set(facts.template, (counts.get(facts.template) ?? 0) + 1);
  expect(counts.size).toBe(TEMPLATES.length);
  expect(Math.min(...counts.values())).toBeGreaterThan(80);
  for (const { question, facts } of problems) {
    expect(question).toMatch(/[.?]$/);
    expect(question).not.toMatch(/undefined|NaN|\[object|\$\{|\d\.\d{3}/);
    // every name and thing that was drawn is told
    for (const [key, value] of Object.entries(facts))
      if (typeof value === 'string' && key !== 'template') expect(question).toContain(value);
  }
});

test('every answer is what one formula over the facts gives, and the verifier finds it in the solution', () => {
  for (const { id, facts, answer, solution } of problems) {
    const want = CHECK[facts.template as string](facts as N);
    expect(typeof want === 'number' ? Number(answer) : answer, `${id} ${facts.template}`).toBe(want);
    expect(answer).toMatch(/^(\d+|\d+\.\d\d|\d+\/\d+)$/);
    const found = finalAnswer(solution as string);
    expect(found).not.toBeNull();
    expect(sameAnswer(found as string, answer)).toBe(true);
  }
});

/** "3 * 4 = $12", "72 + 91 + 68 = 231", "20% of 50 = 10", "47 / 6 rounded down = 7", "18/27 = 2/3". */
const EQUATION =
  /((?:\d[\d.]*%? (?:[-+*/]|of) )+[\d.]+|\d+\/\d+)(?: rounded (down|up))? = \$?(\d+(?:\.\d+)?(?:\/\d+)?)/g;

test('a solution has as many sentences with a computation as its problem has steps, and each of them is true', () => {
  for (const { solution, facts } of problems) {
    const equations = [...(solution as string).matchAll(EQUATION)];
    expect(equations).toHaveLength(facts.steps as number);
    for (const [, left, rounded, right] of equations) expect(worth(left, rounded)).toBe(worth(right));
  }
});

/** The value of "3 * 4", "20% of 50", "47 / 6" and "18/27" by another way than the generator's. */
function worth(text: string, rounded?: string): number {
  const numbers = (text.match(/\d+(\.\d+)?/g) ?? []).map(Number);
  const [a, b] = numbers;
  let value = a;
  if (text.includes('% of')) value = (a / 100) * b;
  else if (text.includes('/')) value = a / b;
  else if (text.includes('*')) value = a * b;
  else if (text.includes(' - ')) value = a - b;
  else if (text.includes('+')) value = numbers.reduce((sum, x) => sum + x);
  if (rounded === 'down') return Math.floor(value);
  if (rounded === 'up') return Math.ceil(value);
  return Math.round(value * 1e9) / 1e9;
}

test('whatever is drawn, all results are exact, plausible, and two or more', () => {
  fc.assert(
    fc.property(fc.nat(), (seed) => {
      for (const { facts } of wordProblems(60, seed)) {
        const template = TEMPLATES.find((t) => t.name === facts.template);
        const lines = workOut(template?.steps(facts as Facts) ?? []);
        expect(lines.length).toBeGreaterThanOrEqual(2);
        for (const line of lines) expect(isPlausible(line), `${facts.template}: ${JSON.stringify(line)}`).toBe(true);
      }
    }),
    { numRuns: 50 },
  );
});

test('problem i of a seed is the same however many are made, and another seed gives others', () => {
  expect(wordProblems(50)).toEqual(problems.slice(0, 50));
  const others = new Set(wordProblems(200, 1).map((p) => p.question));
  expect(problems.slice(0, 200).filter((p) => others.has(p.question)).length).toBeLessThan(3);
});

test('samples are what their labels say, by the verifier, and all kinds occur', () => {
  for (const problem of problems.slice(0, 1024)) {
    const samples = sampleAnswers(problem, 7);
    expect(samples).toEqual(sampleAnswers(problem, 7));
    for (const { label, text, right } of samples) {
      const answer = finalAnswer(text);
      if (label === 'no final answer') expect(answer).toBeNull();
      else expect(answer !== null && sameAnswer(answer, problem.answer), `${problem.id} ${label}: ${text}`).toBe(right);
    }
    const labels = samples.map((s) => s.label);
    expect(labels).toEqual(expect.arrayContaining(['wrong operation', 'arithmetic slip', 'no final answer']));
    expect(new Set(samples.map((s) => s.text)).size).toBe(samples.length);
  }
  const slips = new Set(Array.from({ length: 20 }, (_, seed) => JSON.stringify(sampleAnswers(problems[0], seed))));
  expect(slips.size).toBeGreaterThan(5);
  expect(() => sampleAnswers({ ...problems[0], facts: {} })).toThrow(/no word problem of the generator/);
});

test('one in eight is held out', () => {
  const held = problems.filter((p) => splitOfQuestion(p.question) === 'heldout').length;
  expect(held / problems.length).toBeGreaterThan(0.11);
  expect(held / problems.length).toBeLessThan(0.14);
});
