/** The steps of a scan, judged one by one: an attempt from its first card to its verdict, and the answer. */
import type { StepVerdict } from '../types';
import type { Deal } from './problem';
import { verifyTwoCards } from './verify';
import { ID } from './vocabulary';

/**
 * Steps begin at the response's first token, after each `Wait`, and at `So`. Right: two different cards, their sum, and the verdict
 * that it deserves; the right pair after `So Answer`. A last step without an end was cut and is no step.
 */
export function twoCardsSteps(deal: Deal, response: ArrayLike<number>): StepVerdict[] {
  const ids = Array.from(response);
  const steps: StepVerdict[] = [];
  for (let from = 0; from < ids.length; ) {
    if (ids[from] === ID.wait || ids[from] === ID.eos) {
      from++;
      continue;
    }
    const next = ids.findIndex((id, i) => i > from && (id === ID.wait || id === ID.so || id === ID.eos));
    if (next < 0) break;
    steps.push({ from, to: next, right: isRight(deal, ids.slice(from, next)) });
    from = next;
  }
  return steps;
}

function isRight(deal: Deal, step: readonly number[]): boolean {
  if (step[0] === ID.so) return verifyTwoCards(deal, [...step, ID.eos]).reward === 1 && step.length === 4;
  const [a, b, sum, verdict] = step;
  const { cards, target } = deal;
  if (step.length !== 4 || a === b || !cards.includes(a) || !cards.includes(b) || sum !== a + b) return false;
  return verdict === (sum === target ? ID.yes : ID.no);
}
