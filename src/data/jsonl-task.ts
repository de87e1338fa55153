/**
 * A task from a file of two-cards problems: one object a record with id, cards, target, solution and answer
 * (question and depth are recomputed). Prompts and judge are those of two-cards; only the source of problems differs.
 * The split is the generator's own rule, so no held-out problem is ever trained on.
 */
import type { BadRows } from './bad-rows';
import { hasQuestion, uniqueProblems } from './dataset';
import { BadInput } from './errors';
import { Random, STREAMS } from './random';
import { type DataRecord, shown } from './records';
import { CARD_COUNT, checkedMinDepth, dealOf, problemOf, solvingDepths, splitOf } from './two-cards/problem';
import { twoCards } from './two-cards/task';
import { LARGEST_NUMBER } from './two-cards/vocabulary';
import type { Problem, ProblemQuery, Task } from './types';

/** Whether a record is a deal of cards, and no question in words. */
export const isDealRecord = (record: DataRecord): boolean =>
  'target' in record.fields && ('cards' in record.fields || !hasQuestion(record));

/** The task of these records; `file` names their source in errors and in the run. Throws BadInput. */
export async function jsonlTask(records: AsyncIterable<DataRecord>, file: string, bad?: BadRows): Promise<Task> {
  const problems = await uniqueProblems(records, dealProblem, bad);
  const leftOut = bad?.leftOut(problems.length) ?? null;
  return {
    ...twoCards,
    name: file,
    label: file,
    doc: `${problems.length} two-cards problems from ${file}.`,
    generate: (query) => fromFile(problems, file, query),
    pretrainExample: undefined,
    ...(leftOut === null ? {} : { leftOut }),
  };
}

/**
 * Training problems come in shuffled passes over the file (the order of pass e depends on (seed, e) only). Held-out
 * problems are each given once, so there can be fewer than asked for; where the file has none, the two-cards
 * generator makes them: they obey the same split rule.
 */
function fromFile(all: readonly Problem[], file: string, query: ProblemQuery): Problem[] {
  const { split, count, seed, first = 0 } = query;
  const minDepth = checkedMinDepth(query.minDepth);
  const ofSplit = all.filter((p) => splitOf(dealOf(p).cards, dealOf(p).target) === split);
  const problems = ofSplit.filter((p) => dealOf(p).depth >= minDepth);
  if (split === 'heldout') {
    if (problems.length === 0) return twoCards.generate(query);
    return shuffled(problems, seed, 0).slice(first, first + count);
  }
  if (problems.length === 0) {
    const mend =
      ofSplit.length === 0
        ? 'All its problems are held out by the split rule: add others.'
        : `Lower minDepth: the deepest training problem has depth ${ofSplit.reduce((most, p) => Math.max(most, dealOf(p).depth), 0)}.`;
    throw new BadInput(`no training problem of depth ${minDepth} or more`, file, mend);
  }
  const out: Problem[] = [];
  for (let pass = Math.floor(first / problems.length); out.length < count; pass++) {
    const order = shuffled(problems, seed, 1 + pass);
    const from = Math.max(0, first - pass * problems.length);
    for (const problem of order.slice(from, from + count - out.length)) out.push(problem);
  }
  return out;
}

function shuffled(problems: readonly Problem[], seed: number, pass: number): Problem[] {
  return new Random(STREAMS.fileOrder, seed, pass).shuffle([...problems]);
}

/** The deal of a record. Throws BadInput for a field that is missing or wrong. */
export function dealProblem({ fields, where }: DataRecord): Problem {
  const id = field(fields, 'id', where, isText, 'a text');
  const cards = field(
    fields,
    'cards',
    where,
    isCards,
    `${CARD_COUNT} different whole numbers from 0 to ${LARGEST_NUMBER}`,
  );
  const target = field(fields, 'target', where, isNumber, `a whole number from 0 to ${LARGEST_NUMBER}`);
  const solution = field(fields, 'solution', where, isTextOrNull, 'a text or null');
  const answer = field(fields, 'answer', where, isText, 'a text such as "9 15"');

  const [depth] = solvingDepths(cards, target);
  if (depth === undefined) {
    throw new BadInput(`no two of the cards ${cards.join(' ')} sum to ${target}`, where, 'Correct cards or target.');
  }
  const problem: Problem = { ...problemOf(id, { cards, target, depth }), solution, answer };
  checkSolves(problem, 'answer', `So Answer ${answer}`, where);
  if (solution !== null) checkSolves(problem, 'solution', solution, where);
  return problem;
}

/** The verifier itself judges what the file claims. */
function checkSolves(problem: Problem, name: string, text: string, where: string): void {
  const { encode, eosId } = twoCards.tokenizer;
  let ids: number[];
  try {
    ids = encode(text);
  } catch (error) {
    throw new BadInput(`"${name}" cannot be read: ${(error as Error).message}`, where, 'Use the words of two-cards.');
  }
  const { reward, reason } = twoCards.verify(problem, [...ids, eosId]);
  if (reward !== 1) throw new BadInput(`"${name}" does not solve the problem: ${reason}`, where, 'Correct it.');
}

function field<T>(
  fields: DataRecord['fields'],
  name: string,
  where: string,
  accepts: (value: unknown) => value is T,
  wanted: string,
): T {
  if (!Object.hasOwn(fields, name)) throw new BadInput(`the field "${name}" is missing`, where, `Add it: ${wanted}.`);
  const value = fields[name];
  if (!accepts(value)) throw new BadInput(`"${name}" is ${shown(value)}`, where, `It must be ${wanted}.`);
  return value;
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';
const isTextOrNull = (value: unknown): value is string | null => value === null || isText(value);
const isNumber = (value: unknown): value is number =>
  Number.isInteger(value) && (value as number) >= 0 && (value as number) <= LARGEST_NUMBER;
const isCards = (value: unknown): value is number[] =>
  Array.isArray(value) && value.length === CARD_COUNT && value.every(isNumber) && new Set(value).size === CARD_COUNT;
