/** Whole responses to a problem of "two cards": complete and hasty ones, and the ways to fail. */
import { Random, STREAMS } from '../random';
import type { SampleAnswer } from '../types';
import { type Deal, PAIRS, pairAt, scanText } from './problem';

/** Right and wrong responses as words; which pairs the wrong ones take is a function of deal and seed. */
export function twoCardsSamples(deal: Deal, seed: number): SampleAnswer[] {
  const { cards, target, depth } = deal;
  const random = new Random(STREAMS.samples, seed, ...cards, target);
  const answer = (pair: readonly number[]) => `So Answer ${pair.join(' ')}`;
  const solving = pairAt(cards, depth);
  const [hasty, miscounted] = random.shuffle(
    PAIRS.map((_, k) => pairAt(cards, k + 1)).filter(([a, b]) => a + b !== target),
  );
  const tried = 1 + random.below(Math.max(1, depth - 1));
  const attempts = scanText(deal).split(' no Wait ');
  return [
    { label: 'right, the whole scan', text: scanText(deal), right: true },
    { label: 'right, at once', text: answer(solving), right: true },
    ...(depth > 1
      ? [
          {
            label: 'gave up too early',
            text: `${attempts.slice(0, tried).join(' no Wait ')} no ${answer(hasty)}`,
            right: false,
          },
        ]
      : []),
    {
      label: 'wrong sum',
      text: `${miscounted.join(' ')} ${target} yes ${answer(miscounted)}`,
      right: false,
    },
    { label: 'not two of the cards', text: answer(foreignPair(cards, target)), right: false },
    { label: 'no final answer', text: attempts.join(' no Wait ').replace(/ yes.*$/, ' yes'), right: false },
  ];
}

/** Two numbers with the target as their sum that are not both cards. */
function foreignPair(cards: readonly number[], target: number): [number, number] {
  for (let a = 1; a < target; a++) if (!(cards.includes(a) && cards.includes(target - a))) return [a, target - a];
  return [target, target];
}
