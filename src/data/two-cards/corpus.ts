/**
 * The pre-training mix of "two cards": it teaches the scan and a habit of giving up early, and it teaches a hinted
 * model to jump to the answer, which is what makes Wait a deliberation token. Where going on is not a habit to be
 * learned, the Wait has no loss: otherwise the model infers a "persistent mode" from a few persistent examples.
 */
import { CorpusText } from '../corpus-text';
import { Random, STREAMS } from '../random';
import type { SupervisedExample } from '../types';
import { type Deal, drawDeal, PAIRS, pairAt } from './problem';
import { hintedPrompt, plainPrompt } from './prompts';
import { ID } from './vocabulary';

/** Probabilities of the mix. */
export interface CorpusMix {
  /** Share of examples with the hint in the prompt. */
  readonly hinted: number;
  /** Share of the student's examples that scan to `yes` (no loss on Wait); the others follow the habit. */
  readonly skill: number;
  /** Habit: probability of Wait after each `no`, with loss; else it gives up with a random pair. */
  readonly goOn: number;
  /** Share of the hinted examples that scan to `yes` (no loss on Wait). */
  readonly hintedScan: number;
  /** The other hinted examples: probability of a Wait, with loss, where the answer would follow. */
  readonly hintedWait: number;
}

/** The measured mix; hintedScan 0.4 lets the teacher know long scans. */
export const DEFAULT_MIX: CorpusMix = { hinted: 0.4, skill: 0.3, goOn: 0.3, hintedScan: 0.4, hintedWait: 0.05 };

/** Example `index` of stream `seed`, on a training problem of any depth. No loss on the prompt. */
export function corpusExample(index: number, seed: number, mix: CorpusMix = DEFAULT_MIX): SupervisedExample {
  const random = new Random(STREAMS.corpus, seed, index);
  const deal = drawDeal(random, 'train', 1);
  if (random.chance(mix.hinted)) {
    const text = new Text();
    if (random.chance(mix.hintedScan)) scan(text, deal);
    else jump(text, deal, random, mix.hintedWait);
    return text.after(hintedPrompt(deal, pairAt(deal.cards, deal.depth)));
  }
  const text = new Text();
  if (random.chance(mix.skill)) scan(text, deal);
  else habit(text, deal, random, mix.goOn);
  return text.after(plainPrompt(deal));
}

/** Tries every pair up to the one that works. Loss on everything but Wait. */
function scan(text: Text, deal: Deal): void {
  for (let depth = 1; depth < deal.depth; depth++) text.attempt(deal, depth).write([ID.wait], 0);
  text.attempt(deal, deal.depth).answer(pairAt(deal.cards, deal.depth));
}

/** Tries pairs; after each `no` goes on with probability `goOn`, else answers with a pair drawn from all 15. Full loss. */
function habit(text: Text, deal: Deal, random: Random, goOn: number): void {
  for (let depth = 1; depth < deal.depth; depth++) {
    text.attempt(deal, depth);
    if (!random.chance(goOn)) {
      text.answer(pairAt(deal.cards, 1 + random.below(PAIRS.length)));
      return;
    }
    text.write([ID.wait], 1);
  }
  text.attempt(deal, deal.depth).answer(pairAt(deal.cards, deal.depth));
}

/**
 * Hinted: j wrong attempts, then the hinted answer. With k attempts before the solution, j is uniform in
 * [min(1, k), k]; the Waits between them have no loss. After the last `no` a Wait takes the answer's place with
 * probability `hintedWait` and ends the example. At depth 1 there is no `no`, and the answer follows at once.
 */
function jump(text: Text, deal: Deal, random: Random, hintedWait: number): void {
  const k = deal.depth - 1;
  const least = Math.min(1, k);
  const wrongAttempts = least + random.below(k - least + 1);
  for (let depth = 1; depth <= wrongAttempts; depth++) {
    text.attempt(deal, depth);
    if (depth < wrongAttempts) text.write([ID.wait], 0);
  }
  if (wrongAttempts > 0 && random.chance(hintedWait)) text.write([ID.wait], 1);
  else text.answer(pairAt(deal.cards, deal.depth));
}

/** Its text in two cards' words. */
class Text extends CorpusText {
  /** `a b s yes` at the pair that works, `a b s no` at any other. */
  attempt(deal: Deal, depth: number): this {
    const [a, b] = pairAt(deal.cards, depth);
    return this.write([a, b, a + b, depth === deal.depth ? ID.yes : ID.no]);
  }

  answer(pair: readonly number[]): this {
    return this.write([ID.so, ID.answer, ...pair, ID.eos]);
  }
}
