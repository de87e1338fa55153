/** The order in which the problems of a file are drawn. */
import { BadInput } from './errors';
import { Random, STREAMS } from './random';
import type { Problem, ProblemQuery, Split } from './types';

/** Lists that are remembered: both splits, a step's pass, the next one at a border, and that of the evaluations. */
const KEPT = 5;

/**
 * Problems of a split in shuffled passes; held-out problems come once, in an order of their own. minDepth counts the
 * steps of a solution where problems say them (facts.steps), and leaves all others in.
 */
export class Passes {
  /** The last lists that were asked for: a step draws a few problems of a file that may have a million. */
  private readonly kept = new Map<string, readonly Problem[]>();

  /** @param name of the file, for messages */
  constructor(
    private readonly name: string,
    private readonly bySplit: Readonly<Record<Split, readonly Problem[]>>,
  ) {}

  choose({ split, count, seed, first = 0, ...query }: ProblemQuery): Problem[] {
    const minDepth = query.minDepth ?? 1;
    const all = this.once([split, minDepth], () => this.deepEnough(split, minDepth));
    const pass = (n: number) =>
      this.once([split, minDepth, seed, n], () => new Random(STREAMS.fileOrder, seed, n).shuffle([...all]));
    if (split === 'heldout') return pass(0).slice(first, first + count);
    const out: Problem[] = [];
    for (let n = Math.floor(first / all.length); out.length < count; n++) {
      const from = Math.max(0, first - n * all.length);
      for (const problem of pass(1 + n).slice(from, from + count - out.length)) out.push(problem);
    }
    return out;
  }

  private once(words: readonly unknown[], make: () => readonly Problem[]): readonly Problem[] {
    const key = words.join();
    const list = this.kept.get(key) ?? make();
    this.kept.delete(key);
    this.kept.set(key, list); // the newest is the last
    const [oldest] = this.kept.keys();
    if (this.kept.size > KEPT) this.kept.delete(oldest);
    return list;
  }

  private deepEnough(split: Split, minDepth: number): readonly Problem[] {
    const { name, bySplit } = this;
    const all = bySplit[split].filter(({ facts: { steps } }) => typeof steps !== 'number' || steps >= minDepth);
    if (all.length > 0) return all;
    if (bySplit[split].length > 0)
      throw new BadInput(`no problem has ${minDepth} steps or more`, name, 'Lower minDepth.');
    throw new BadInput(
      'its one problem is for training, and none is held out',
      name,
      'Add problems, or train without evaluation: --eval-every 0.',
    );
  }
}
