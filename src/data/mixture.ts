/**
 * Several tasks as one, interleaved by weight. The order is a function of the problem's number and the seed alone: blocks as
 * long as the sum of the weights, each a shuffle of as many numbers of every task as its weight says. So any stretch of the
 * stream is the same however it is cut, a resumed run goes on in it to the bit, and every block keeps the weights exactly.
 */
import { BadInput } from './errors';
import { Random, STREAMS } from './random';
import type { Problem, ProblemQuery, Task } from './types';

/** A task and how often it comes, against the others. */
export interface Share {
  readonly name: string;
  readonly task: Task;
  readonly weight: number;
}

/** Longest block: weights finer than that are not told apart. */
const LONGEST_BLOCK = 10_000;

/** Which dataset of a mixture a problem is from; null in tasks that are none. */
export const datasetOf = ({ facts: { dataset } }: Problem): string | null =>
  typeof dataset === 'string' ? dataset : null;

/** The mean of a value by dataset; null where no problem names one. */
export function byDataset<T>(items: readonly T[], of: (item: T) => Problem, value: (item: T) => number) {
  const sums = new Map<string, { sum: number; count: number }>();
  for (const item of items) {
    const dataset = datasetOf(of(item));
    if (dataset === null) return null;
    const own = sums.get(dataset) ?? { sum: 0, count: 0 };
    sums.set(dataset, { sum: own.sum + value(item), count: own.count + 1 });
  }
  if (sums.size === 0) return null;
  return Object.fromEntries(
    [...sums].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, { sum, count }]) => [name, sum / count]),
  );
}

/** Whole numbers in the ratio of the weights, without a common factor. Throws BadInput. */
export function wholeWeights(weights: readonly number[], where: string): number[] {
  const fail = (what: string): never => {
    throw new BadInput(
      what,
      where,
      'Weights are numbers above 0, of at most three decimals, as in a.jsonl:2,b.jsonl:0.5.',
    );
  };
  const scaled = weights.map((weight) => Math.round(weight * 1000));
  if (scaled.some((n, i) => n <= 0 || Math.abs(n - weights[i] * 1000) > 1e-6)) fail('A weight is not above 0');
  const common = scaled.reduce((a, b) => gcd(a, b));
  const whole = scaled.map((n) => n / common);
  if (whole.reduce((a, b) => a + b) > LONGEST_BLOCK) fail('The weights are too far apart');
  return whole;
}

const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b));

/** The tasks as one. All speak one model's language. Throws BadInput for weights that are none and names that come twice. */
export function mixedTask(name: string, shares: readonly Share[]): Task {
  const names = shares.map((share) => share.name);
  const twice = names.find((one, i) => names.indexOf(one) < i);
  if (twice !== undefined) throw new BadInput(`"${twice}" is named twice`, name, 'Give it once, with a larger weight.');
  const weights = wholeWeights(
    shares.map(({ weight }) => weight),
    name,
  );
  const tasks = new Map(shares.map(({ name: own, task }) => [own, task]));
  const [first] = shares;
  const of = (problem: Problem): Task => tasks.get(datasetOf(problem) ?? '') ?? first.task;
  const judgesSteps = shares.every(({ task }) => task.steps !== undefined);
  const notes = shares.flatMap(({ name: own, task: { leftOut } }) =>
    leftOut === undefined ? [] : [`${own}: ${leftOut}`],
  );
  return {
    ...first.task,
    name,
    label: name,
    doc: `Problems of ${names.join(', ')}, ${weights.join(' : ')}.`,
    leftOut: notes.length > 0 ? notes.join('; ') : undefined,
    pinned: shares.map(({ task, name: own, weight }) => `${task.pinned ?? own}:${weight}`).join(','),
    datasets: names,
    maxNewTokens: Math.max(...shares.map(({ task }) => task.maxNewTokens)),
    generate: (query) => interleaved(shares, weights, query),
    studentPrompt: (problem) => of(problem).studentPrompt(problem),
    teacherPrompt: (problem, context) => of(problem).teacherPrompt(problem, context),
    promptText: (prompt) => first.task.promptText?.(prompt) ?? first.task.tokenizer.decode(prompt),
    verify: (problem, response) => of(problem).verify(problem, response),
    steps: judgesSteps ? (problem, response) => of(problem).steps?.(problem, response) ?? [] : undefined,
    settle: async (problem, verdict) => (await of(problem).settle?.(problem, verdict)) ?? verdict,
    wrongSolution: (problem, seed) => of(problem).wrongSolution(problem, seed),
    solutionOf: (problem, response) => of(problem).solutionOf(problem, response),
    samples: (problem, seed) => of(problem).samples?.(problem, seed) ?? [],
    ownProblem: undefined,
    deliberate: undefined,
    pretrainExample: undefined,
  };
}

/** Problems `first` … of the mixed stream. Held-out ones come once, so that a small dataset runs out. */
function interleaved(shares: readonly Share[], weights: readonly number[], query: ProblemQuery): Problem[] {
  const { count, seed, first = 0 } = query;
  const order = Array.from({ length: count }, (_, i) => place(weights, seed, first + i));
  const drawn = shares.map(({ name, task }, own) => {
    const numbers = order.flatMap(([share, n]) => (share === own ? [n] : []));
    if (numbers.length === 0) return new Map<number, Problem>();
    const problems = task.generate({ ...query, first: numbers[0], count: numbers.length });
    return new Map(problems.map((problem, i) => [numbers[i], ofDataset(problem, name)]));
  });
  return order.flatMap(([share, n]) => drawn[share].get(n) ?? []);
}

const ofDataset = (problem: Problem, dataset: string): Problem => ({
  ...problem,
  id: problem.id.startsWith(dataset) ? problem.id : `${dataset}/${problem.id}`,
  facts: { ...problem.facts, dataset },
});

/** Of the mixed stream's problem k: which task it is of, and its number in that one's stream. */
function place(weights: readonly number[], seed: number, k: number): [share: number, number: number] {
  const length = weights.reduce((a, b) => a + b);
  const [block, at] = [Math.floor(k / length), k % length];
  const order = blockOrder(weights, seed, block);
  const share = order[at];
  let before = 0;
  for (let i = 0; i < at; i++) if (order[i] === share) before++;
  return [share, block * weights[share] + before];
}

/** A block's tasks in their order. */
const blockOrder = (weights: readonly number[], seed: number, block: number): number[] =>
  new Random(STREAMS.mixture, seed, block).shuffle(
    weights.flatMap((n, share) => Array.from({ length: n }, () => share)),
  );
