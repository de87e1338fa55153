/**
 * Countdown, as reasoning-gym asks it: make a target of some numbers, each used once. Problems are made from a seed by working
 * from number to number, so that each has a solution with whole positive results on the way.
 */
import { Random, STREAMS } from '../random';
import type { Problem } from '../types';
import type { Facts } from './judge';
import { expressionOf, linesOf, resultsOf, type Sign, type Way } from './way';

export { judgeCountdown } from './judge';
export { countdownSamples } from './samples';

/** Draws per problem before another seed would be needed. */
const ATTEMPTS = 1000;
const SIGNS: readonly Sign[] = ['+', '-', '*', '/'];
/** How many numbers, how large, and the targets: three small ones to begin with, else reasoning-gym's own. */
const SIZES = [
  { count: 3, largest: 12, target: [10, 99] },
  { count: 4, largest: 100, target: [100, 999] },
  { count: 5, largest: 100, target: [100, 999] },
  { count: 6, largest: 100, target: [100, 999] },
] as const;

/**
 * The first `count` problems of stream `seed`, no two with the same numbers and target, in whatever order: what is held out
 * is not trained on in other clothes. Problem i is the same for every count; its steps are its operations.
 */
export function countdownProblems(count: number, seed = 0): Problem[] {
  const seen = new Set<string>();
  return Array.from({ length: count }, (_, i) => {
    const size = SIZES[new Random(STREAMS.countdown, seed, i).below(SIZES.length)];
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const random = new Random(STREAMS.countdown, seed, i, attempt);
      const way = draw(size, random);
      if (!way) continue;
      const numbers = random.shuffle([way.first, ...way.moves.map(({ number }) => number)]);
      const target = resultsOf(way)[way.moves.length];
      const key = `${[...numbers].sort((a, b) => a - b)} ${target}`;
      if (seen.has(key)) continue;
      seen.add(key);
      return problemOf(`countdown/${String(i).padStart(6, '0')}`, way, { numbers, target });
    }
    throw new RangeError(`countdown problem ${i} of seed ${seed}: no new one in ${ATTEMPTS} draws`);
  });
}

/** A way to a target of its size; null where the draw leads elsewhere. */
function draw({ count, largest, target: [least, most] }: (typeof SIZES)[number], random: Random): Way | null {
  const number = () => 1 + random.below(largest);
  const way = {
    first: number(),
    moves: Array.from({ length: count - 1 }, () => ({ sign: SIGNS[random.below(SIGNS.length)], number: number() })),
  };
  const results = resultsOf(way);
  const isWhole = results.every((x) => Number.isInteger(x) && x > 0);
  const end = results[count - 1];
  return isWhole && end >= least && end <= most ? way : null;
}

/** Reasoning-gym's words. */
const ASKED = [
  (numbers: string, target: number) =>
    `Using all the numbers ${numbers}, create an expression that equals ${target}.\nYou can only use each number once.`,
  (numbers: string, target: number) =>
    `Find a way to make ${target} using all of these numbers: ${numbers}.\nEach number can only be used once.`,
  (numbers: string, target: number) =>
    `Calculate ${target} using all of these numbers: ${numbers}.\nEach number may be used at most once.`,
];
const FORM =
  "Answer with an arithmetic expression (no '=' sign, without the target), with '*' for multiplication and '/' for division.";

function problemOf(id: string, way: Way, { numbers, target }: Facts): Problem {
  const answer = expressionOf(way);
  const asked = ASKED[(numbers[0] + target) % ASKED.length](numbers.join(', '), target);
  return {
    id,
    question: `${asked}\n\n${FORM}`,
    solution: `${linesOf(way).join(', ')}. So the expression is \\boxed{${answer}}.`,
    answer,
    facts: { numbers, target, way, steps: way.moves.length },
  };
}
