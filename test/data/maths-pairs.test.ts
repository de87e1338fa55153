/**
 * False positives and negatives of the verifier on three tables of pairs, by the exact rules alone and with symbols. What
 * is still wrong is listed here: a change that mends or breaks a pair shows itself.
 */
import { expect, test } from 'vitest';
import { finalAnswer, sameAnswer } from '../../src/data/maths';
import { answer } from '../../src/data/symbolic/answer';
import { KINDS } from './kinds-of-answers';
import { MAKERS, madePairs } from './made-pairs';
import {
  ANSWERS,
  LATER_ANSWERS,
  LATER_RESPONSES,
  type Pair,
  RESPONSES,
  THIRD_ANSWERS,
  THIRD_RESPONSES,
} from './maths-pairs';

interface Row {
  /** Null where the response states no answer. */
  readonly given: string | null;
  readonly wanted: string;
  readonly equal: boolean;
  readonly name: string;
}

function table(answers: readonly Pair[], responses: readonly Pair[]): Row[] {
  const row = ([given, wanted, equal]: Pair, found: string | null): Row => {
    return { given: found, wanted, equal, name: `${given} | ${wanted}` };
  };
  return [...answers.map((pair) => row(pair, pair[0])), ...responses.map((pair) => row(pair, finalAnswer(pair[0])))];
}

const exact = ({ given, wanted }: Row) => given !== null && sameAnswer(given, wanted);
function withSymbols(row: Row): boolean {
  if (row.given === null || exact(row)) return exact(row);
  const reply = answer({ id: 0, given: row.given, wanted: row.wanted });
  return reply.type === 'verdict' && reply.equal;
}

function errors(rows: readonly Row[], judge: (row: Row) => boolean, stage: string) {
  const [yes, no] = [rows.filter((r) => r.equal), rows.filter((r) => !r.equal)];
  const [positives, negatives] = [no.filter(judge), yes.filter((r) => !judge(r))];
  console.log(
    `${stage}: ${positives.length} of ${no.length} false positives, ${negatives.length} of ${yes.length} false negatives`,
  );
  return { positives: positives.map((r) => r.name), negatives: negatives.map((r) => r.name) };
}

/** By table: false negatives of the exact rules alone, and those that stay with symbols; equal to a person they are. */
const TABLES = [
  {
    name: 'first table',
    rows: table(Object.values(ANSWERS).flat(), RESPONSES),
    exactNegatives: 41,
    known: ['5\\text{ m} | 5m', '\\int_0^1 2x\\,dx | 1'],
  },
  {
    name: 'second table',
    rows: table(LATER_ANSWERS, LATER_RESPONSES),
    exactNegatives: 25,
    known: [
      '45 cookies and milk | 45',
      'none | 0',
      '1010_{\\text{two}} | 1010_2',
      'The function is increasing | increasing',
    ],
  },
  {
    name: 'third table',
    rows: table(THIRD_ANSWERS, THIRD_RESPONSES),
    exactNegatives: 10,
    known: ['$70k | 70000', '\\frac{dy}{dx} = 2x | 2x', 'The answer is $\\frac{7}{8}$ or $0.875$. | 7/8'],
  },
];

test('the tables are large, and a third of each are different answers', () => {
  expect(TABLES.flatMap(({ rows }) => rows).length).toBeGreaterThanOrEqual(550);
  for (const { rows } of TABLES) {
    expect(rows.filter((r) => !r.equal).length / rows.length).toBeGreaterThan(0.33);
    expect(new Set(rows.map((r) => r.name)).size).toBe(rows.length);
  }
});

test.each(TABLES)('the exact rules alone: $name', ({ name, rows, exactNegatives }) => {
  const { positives, negatives } = errors(rows, exact, `${name}, exact`);
  expect(positives).toEqual([]);
  expect(negatives.length).toBe(exactNegatives);
});

test.each(TABLES)('with symbolic equality: $name', ({ name, rows, known }) => {
  const { positives, negatives } = errors(rows, withSymbols, `${name}, with symbols`);
  expect(positives).toEqual([]);
  expect(negatives).toEqual(known);
});

test.each(TABLES)('the second opinion is symmetric: $name', ({ rows }) => {
  for (const { given, wanted } of rows) {
    if (given === null) continue;
    const [there, back] = [answer({ id: 0, given, wanted }), answer({ id: 0, given: wanted, wanted: given })];
    expect(there, `${given} | ${wanted}`).toEqual(back);
  }
});

test.each(KINDS)('further examples of a kind: $kind', ({ pairs = [], responses = [] }) => {
  const rows = table(pairs, responses);
  expect(rows.length).toBeGreaterThanOrEqual(10);
  const turned = rows.map((row) => ({ ...row, given: row.wanted, wanted: row.given ?? '' }));
  expect(rows.filter((row) => withSymbols(row) !== row.equal).map(({ name }) => name)).toEqual([]);
  expect(turned.filter((row) => row.wanted !== '' && withSymbols(row) !== row.equal)).toEqual([]);
});

/** Values of each kind: about 1,300 pairs. */
const ROUNDS = 12;

test.each(Object.keys(MAKERS))('pairs made by machine: %s', (kind) => {
  const rows = table(madePairs(kind, ROUNDS, 1), []);
  expect(rows.filter((row) => !row.equal).length).toBeGreaterThanOrEqual(20);
  expect(rows.filter((row) => withSymbols(row) !== row.equal).map(({ name }) => name)).toEqual([]);
});

test('2,000 pairs are judged, more than half of them different answers', () => {
  const made = Object.keys(MAKERS).flatMap((kind) => madePairs(kind, ROUNDS, 1));
  const byHand = KINDS.flatMap(({ pairs = [], responses = [] }) => [...pairs, ...responses]);
  const all = [
    ...TABLES.flatMap(({ rows }) => rows.map(({ equal }) => equal)),
    ...[...made, ...byHand].map((p) => p[2]),
  ];
  expect(all.length).toBeGreaterThanOrEqual(2000);
  expect(all.filter((equal) => !equal).length).toBeGreaterThan(all.length / 2);
});
