/** The judge of "two cards": it recomputes the sum from the tokens of the answer and never looks at the solution. */
import type { Verdict } from '../types';
import type { Deal } from './problem';
import { ID, LARGEST_NUMBER } from './vocabulary';

/** Judges the ids after the prompt. Right: they end in `So Answer x y <eos>` with two different cards that sum to the target. */
export function verifyTwoCards({ cards, target }: Deal, response: ArrayLike<number>): Verdict {
  const [so, word, x, y, eos] = Array.from({ length: 5 }, (_, k) => response[response.length - 5 + k]);
  const isNumber = (id: number) => id >= 0 && id <= LARGEST_NUMBER;
  if (so !== ID.so || word !== ID.answer || !isNumber(x) || !isNumber(y) || eos !== ID.eos) {
    return { reward: 0, reason: 'no answer', answer: null };
  }
  const answer = `${x} ${y}`;
  if (x === y || !cards.includes(x) || !cards.includes(y)) return { reward: 0, reason: 'not two of the cards', answer };
  if (x + y !== target) return { reward: 0, reason: 'wrong sum', answer };
  return { reward: 1, reason: 'right', answer };
}
