/** What the student and the teacher of "two cards" read. */
import { BadInput } from '../errors';
import type { Deal } from './problem';
import { ID, LARGEST_NUMBER } from './vocabulary';

/** `<bos> c1 … c6 make t Think`: 10 tokens. */
export function plainPrompt({ cards, target }: Deal): number[] {
  return [ID.bos, ...cards, ID.make, target, ID.think];
}

/** `<bos> c1 … c6 make t Hint a b Think`: 13 tokens. */
export function hintedPrompt({ cards, target }: Deal, [a, b]: readonly [number, number]): number[] {
  return [ID.bos, ...cards, ID.make, target, ID.hint, a, b, ID.think];
}

/** The pair that a solution text ends in: the two words after its last `Answer`, or the whole text "a b". */
export function pairOfSolution(solution: string): [number, number] {
  const words = solution.trim().split(/\s+/);
  const pair = words
    .slice(words.lastIndexOf('Answer') + 1)
    .slice(0, 2)
    .map(Number);
  const isNumber = (n: number) => Number.isInteger(n) && n >= 0 && n <= LARGEST_NUMBER;
  if (pair.length !== 2 || !pair.every(isNumber)) {
    throw new BadInput(`no pair in the solution "${solution}"`, 'two-cards', 'It must contain "Answer a b".');
  }
  return [pair[0], pair[1]];
}
