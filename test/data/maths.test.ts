/** The maths verifier: what counts as an answer, and which answers are equal. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { finalAnswer, needsSymbols, sameAnswer } from '../../src/data/maths';
import { callsOf } from '../setup/work';
import { EVERYTHING, PAIRS } from './maths-pairs';

test.each([
  ['the last box counts', 'It is \\boxed{3}, no, \\boxed{4}.', '4'],
  ['nested braces', '\\boxed{\\frac{1}{\\sqrt{2}}}', '\\frac{1}{\\sqrt{2}}'],
  ['no braces', 'so \\boxed 5.', '5'],
  ['a later statement', '\\boxed{3}. The answer is 4.', '4'],
  ['a word about the answer is none', '\\boxed{3}. The answer is correct.', '3'],
  ['GSM8K', 'a\n#### 1,200', '1,200'],
  ['a heading', '## Answer\n\n12', '12'],
  ['display mathematics below', 'The final answer is:\n\\[\n\\frac{1}{2}\n\\]', '\\frac{1}{2}'],
  ['decimals do not end sentences', 'The answer is 3.14. Done.', '3.14'],
  ['nothing stated', 'There are 12 of them.', null],
  ['cut off', 'so \\boxed{\\frac{1}{2}', null],
  ['cut off after a whole one', '\\boxed{3}, or rather \\boxed{4', null],
  ['cut off in a statement', 'The answer is $\\frac{1}{', null],
  ['an announcement without an answer', 'The answer is', null],
  ['an empty box', 'Put it in \\boxed{}.', null],
  ['nothing', '', null],
])('finalAnswer: %s', (_, text, wanted) => {
  expect(finalAnswer(text)).toBe(wanted);
});

/** An exact rational in ways of writing it that all mean the same. */
const writings = (n: number, d: number): string[] => {
  const sign = n < 0 ? '-' : '';
  const [a, b] = [Math.abs(n), d];
  const out = [`${n}/${d}`, `${sign}\\frac{${a}}{${b}}`, `$${sign}\\dfrac{${a}}{${b}}$`, `\\frac{${3 * n}}{${3 * d}}`];
  if (a > b && a % b !== 0)
    out.push(`${sign}${Math.floor(a / b)}\\frac{${a % b}}{${b}}`, `${sign}${Math.floor(a / b)} ${a % b}/${b}`);
  if (1_000_000 % b === 0) {
    const millionths = String(Math.round((a * 1_000_000) / b)).padStart(7, '0');
    const whole = millionths.slice(0, -6);
    const decimal = `${whole}.${millionths.slice(-6)}`;
    const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',');
    out.push(
      `${sign}${decimal}`,
      `${sign}${grouped}.${millionths.slice(-6)}`,
      `${sign}${decimal.replace(/0+$/, '')}e0`,
    );
    out.push(`${sign}${millionths}\\times 10^{-6}`, `${sign}${decimal} \\text{ cm}`, `x = ${sign}${decimal}`);
    if (whole.length > 3) out.push(`${sign}${whole.replace(/\B(?=(\d{3})+$)/g, '{,}')}.${millionths.slice(-6)}`);
  }
  return out;
};

const number = fc.tuple(
  fc.integer({ min: -5_000_000, max: 5_000_000 }),
  fc.oneof(fc.constantFrom(1, 2, 4, 5, 8, 10, 16, 25, 100, 1000), fc.integer({ min: 1, max: 500 })),
);

test('property: however a number is written, it stays the same number, and no other', () => {
  fc.assert(
    fc.property(number, number, fc.nat(), fc.nat(), ([n, d], [m, e], i, j) => {
      const [mine, others] = [writings(n, d), writings(m, e)];
      const [a, b, c] = [mine[i % mine.length], mine[j % mine.length], others[j % others.length]];
      expect(sameAnswer(a, b), `${a} | ${b}`).toBe(true);
      expect(sameAnswer(a, c), `${a} | ${c}`).toBe(BigInt(n) * BigInt(e) === BigInt(m) * BigInt(d));
    }),
    { numRuns: 3000, seed: 4 },
  );
});

const answer = fc.oneof(fc.constantFrom(...EVERYTHING), fc.string({ unit: 'binary', maxLength: 60 }));

test('property: sameAnswer is reflexive and symmetric', () => {
  fc.assert(
    fc.property(answer, answer, (a, b) => {
      expect(sameAnswer(a, a)).toBe(true);
      expect(sameAnswer(a, b)).toBe(sameAnswer(b, a));
    }),
    { numRuns: 5000, seed: 4 },
  );
  for (const [a, b] of PAIRS) expect(sameAnswer(a, b), `${a} | ${b}`).toBe(sameAnswer(b, a));
});

test.each([
  ['5 x', '5'],
  ['\\frac{1}{2} x', '1/2'],
  ['5 squared', '5'],
  ['two thirds', '2'],
  ['twenty five', '20'],
  ['5 hundred', '5'],
  ['5 and a half', '5'],
  ['x+y=5', 'x-y=5'],
  ['AB=5', 'CD=5'],
  ['5 (or 6)', '5'],
  ['5 6', '56'],
  ['1 2 3', '123'],
  ['1,20', '120'],
  ['0,5', '0.5'],
  ['0,500', '500'],
  ['5/0', '6/0'],
  ['\\geq 5', '5'],
  ['x \\neq 5', '5'],
  ['3-4', '3'],
  ['(A),(B)', 'A'],
  ['36\\text{ in}^2', '36\\text{ cm}^3'],
  ['5 cm^2 of paint', '5 cm^3'],
  ['20%', '20 dollars'],
  ['5 constructor', '7'],
  ['12 am', '12 pm'],
  ['|5|', '-5'],
])('not equal, whatever seems alike: %s and %s', (a, b) => {
  expect(sameAnswer(a, b)).toBe(false);
  expect(sameAnswer(b, a)).toBe(false);
});

test.each([
  ['x = \\frac{22}{7} \\approx 3.14', '22/7'],
  ['x_1 \\approx 3', '3'],
  ['12 in. wide', '12 inches'],
  ['5 in total', '5 apples'],
  ['5 meters in length', '5 m'],
  ['5 cm^2 of paint', '5 square centimeters'],
  ['12:00 am', '0:00'],
  ['1 100/102', '202/102'],
  ['7 (seven)', '7'],
])('equal, whatever seems different: %s and %s', (a, b) => {
  expect(sameAnswer(a, b)).toBe(true);
});

test('two numbers, two words or two structures need no symbols; expressions do', () => {
  expect(needsSymbols('5', '6')).toBe(false);
  expect(needsSymbols('Tuesday', 'Thursday')).toBe(false);
  expect(needsSymbols('(1,2)', '(1,3)')).toBe(false);
  expect(needsSymbols('5', '5')).toBe(false);
  expect(needsSymbols('\\sqrt{8}', '2\\sqrt{2}')).toBe(true);
  expect(needsSymbols('(1,\\sqrt{8})', '(1,2\\sqrt{2})')).toBe(true);
});

test('hostile answers make little work', async () => {
  const many = 100_000;
  const hostile = [
    '10^{10^{10}}',
    '9^{9^{9^{9}}}',
    `${'9'.repeat(200)}^{${'9'.repeat(30)}}`,
    '1e999999999',
    `1e${'9'.repeat(100)}`,
    '200!!!!',
    '('.repeat(many),
    '{'.repeat(many),
    '\\boxed{'.repeat(many / 10),
    '\\frac'.repeat(many / 10),
    `\\boxed{${'1,'.repeat(many)}}`,
    '1,'.repeat(190),
    '(1,2),'.repeat(60),
    '1 cm, '.repeat(48),
    `${'\\pm 1, '.repeat(47)}`,
    'The answer is '.repeat(many / 10),
    `The answer is ${' '.repeat(many)}`,
    `#### ${'\n#### '.repeat(many / 10)}`,
    `${'9'.repeat(390)}`,
    '\\text{'.repeat(80) + '}'.repeat(80),
    `${'\\frac{1}{'.repeat(50)}2${'}'.repeat(50)}`,
    `${'-'.repeat(500)}1`,
    `${'a '.repeat(190)}`,
    `${'$'.repeat(many)}`,
    `Therefore ${'= '.repeat(190)}.`,
    `${'*'.repeat(many)}answer${'*'.repeat(many)}`,
  ];
  const calls = await callsOf(
    hostile.map((text) => () => {
      finalAnswer(text);
      sameAnswer(text, '5');
      sameAnswer('x+1', text);
      sameAnswer(text, `${text.slice(0, 390)}1`);
      needsSymbols(text, 'x');
    }),
  );
  for (const [i, text] of hostile.entries()) expect(calls[i], text.slice(0, 40)).toBeLessThan(100_000);
});
