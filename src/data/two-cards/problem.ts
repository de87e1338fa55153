/**
 * Problems of the task "two cards": six different cards from 1..20 in random order and a target that exactly one pair
 * sums to. Pairs are tried in a fixed order, (1,2), (1,3) … (5,6); depth, 1..15, is the place of the pair that works.
 */
import { BadInput } from '../errors';
import { hash32, Random, STREAMS } from '../random';
import type { Problem, ProblemQuery, Split } from '../types';

export const CARD_COUNT = 6;
const LARGEST_CARD = 20;
const DEFAULT_DEPTH = 5;

/** The 15 pairs of card positions in the order of the scan; depth d is PAIRS[d - 1]. */
export const PAIRS: readonly (readonly [number, number])[] = Array.from({ length: CARD_COUNT }, (_, i) =>
  Array.from({ length: CARD_COUNT - 1 - i }, (_, k) => [i, i + 1 + k] as const),
).flat();

/** What a problem is made of; also its `facts`. */
export type Deal = {
  readonly cards: readonly number[];
  readonly target: number;
  /** Place of the first pair that sums to the target, 1..15. */
  readonly depth: number;
};

/** Cards at pair `depth`, in the order of the prompt. */
export function pairAt(cards: readonly number[], depth: number): [number, number] {
  const [i, j] = PAIRS[depth - 1];
  return [cards[i], cards[j]];
}

/** Depths (1..15) of all pairs that sum to the target. */
export function solvingDepths(cards: readonly number[], target: number): number[] {
  const depths: number[] = [];
  PAIRS.forEach(([i, j], k) => {
    if (cards[i] + cards[j] === target) depths.push(k + 1);
  });
  return depths;
}

/** The split rule: a tenth of all (unordered cards, target) is held out, so no reordering of a held-out problem is trained on. */
export function splitOf(cards: readonly number[], target: number): Split {
  return hash32([...cards].sort((a, b) => a - b).concat(target)) % 10 === 0 ? 'heldout' : 'train';
}

/** Cards uniform, pair uniform among depths ≥ minDepth; drawn again while another pair has the sum too or the split is another. */
export function drawDeal(random: Random, split: Split, minDepth: number): Deal {
  const deck = Array.from({ length: LARGEST_CARD }, (_, n) => n + 1);
  for (;;) {
    for (let i = 0; i < CARD_COUNT; i++) {
      const j = i + random.below(LARGEST_CARD - i);
      [deck[i], deck[j]] = [deck[j], deck[i]];
    }
    const cards = deck.slice(0, CARD_COUNT);
    const depth = minDepth + random.below(PAIRS.length - minDepth + 1);
    const [a, b] = pairAt(cards, depth);
    if (solvingDepths(cards, a + b).length === 1 && splitOf(cards, a + b) === split) {
      return { cards, target: a + b, depth };
    }
  }
}

/** Problems `first` … `first + count - 1` of a stream; problem k is a function of (split, seed, minDepth, k) alone. */
export function generateProblems({ split, count, seed, minDepth: asked, first = 0 }: ProblemQuery): Problem[] {
  const minDepth = checkedMinDepth(asked);
  return Array.from({ length: count }, (_, i) => {
    const index = first + i;
    const random = new Random(STREAMS.problems, seed, split === 'train' ? 0 : 1, minDepth, index);
    return problemOf(`two-cards/${split}/${String(index).padStart(6, '0')}`, drawDeal(random, split, minDepth));
  });
}

/** A deal as a Problem, with the full scan as its solution. */
export function problemOf(id: string, deal: Deal): Problem {
  return {
    id,
    question: `make ${deal.target} from ${deal.cards.join(' ')}`,
    solution: scanText(deal),
    answer: pairAt(deal.cards, deal.depth).join(' '),
    facts: deal,
  };
}

/** The complete scan as text, without the end token: "3 7 10 no Wait 3 9 12 yes So Answer 3 9". */
export function scanText({ cards, depth }: Deal): string {
  const attempts = PAIRS.slice(0, depth).map((_, k) => {
    const [a, b] = pairAt(cards, k + 1);
    return `${a} ${b} ${a + b}`;
  });
  return `${attempts.join(' no Wait ')} yes So Answer ${pairAt(cards, depth).join(' ')}`;
}

/** The deal inside a problem. */
export function dealOf(problem: Problem): Deal {
  const { cards, target, depth } = problem.facts;
  if (!Array.isArray(cards) || typeof target !== 'number' || typeof depth !== 'number') {
    throw new BadInput(
      'the problem has no cards, target and depth',
      problem.id,
      'Use a problem of the task two-cards.',
    );
  }
  return { cards, target, depth };
}

/** The least depth, the task's own where none is asked for: below 3 plain GRPO needs no help. Throws BadInput. */
export function checkedMinDepth(asked: number | null): number {
  const minDepth = asked ?? DEFAULT_DEPTH;
  if (!Number.isInteger(minDepth) || minDepth < 1 || minDepth > PAIRS.length) {
    throw new BadInput(`minDepth is ${minDepth}`, 'two-cards', `Choose a whole number from 1 to ${PAIRS.length}.`);
  }
  return minDepth;
}
