/**
 * False positives and negatives of the verifier on two tables of pairs, by the exact rules alone and with symbols. What
 * is still wrong is listed here: a change that mends or breaks a pair shows itself.
 */
import { expect, test } from 'vitest';
import { finalAnswer, sameAnswer } from '../../src/data/maths';
import { answer } from '../../src/lab/symbolic/answer';
import { ANSWERS, LATER_ANSWERS, LATER_RESPONSES, type Pair, RESPONSES } from './maths-pairs';

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

const first = table(Object.values(ANSWERS).flat(), RESPONSES);
const later = table(LATER_ANSWERS, LATER_RESPONSES);

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

/** Equal to a person, not to the verifier. */
const KNOWN = {
  first: ['5\\text{ m} | 5m', '\\int_0^1 2x\\,dx | 1', 'The answer is 0.5 (or 50%). | 0.5'],
  later: [
    '45 cookies and milk | 45',
    'none | 0',
    '1010_{\\text{two}} | 1010_2',
    'The function is increasing | increasing',
  ],
};

test('the tables are large, more than a third of them are different answers', () => {
  expect(first.length + later.length).toBeGreaterThanOrEqual(450);
  for (const rows of [first, later]) {
    expect(rows.filter((r) => !r.equal).length / rows.length).toBeGreaterThan(0.33);
    expect(new Set(rows.map((r) => r.name)).size).toBe(rows.length);
  }
});

test('the exact rules alone: no false positive, and false negatives where symbols are needed', () => {
  const [one, two] = [errors(first, exact, 'first table, exact'), errors(later, exact, 'later table, exact')];
  expect([...one.positives, ...two.positives]).toEqual([]);
  expect([one.negatives.length, two.negatives.length]).toEqual([42, 25]);
});

test('with symbolic equality: no false positive, and the known false negatives', () => {
  const one = errors(first, withSymbols, 'first table, with symbols');
  const two = errors(later, withSymbols, 'later table, with symbols');
  expect([...one.positives, ...two.positives]).toEqual([]);
  expect(one.negatives).toEqual(KNOWN.first);
  expect(two.negatives).toEqual(KNOWN.later);
});

test('the second opinion is symmetric', () => {
  for (const { given, wanted } of [...first, ...later]) {
    if (given === null) continue;
    const [there, back] = [answer({ id: 0, given, wanted }), answer({ id: 0, given: wanted, wanted: given })];
    expect(there, `${given} | ${wanted}`).toEqual(back);
  }
});
