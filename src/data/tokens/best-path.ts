/**
 * Unigram's tokens: the pieces of the greatest sum of scores, in time linear in the text and in the vocabulary's longest
 * chain of prefixes. `@huggingface/tokenizers` 0.2.0 compares at each place every piece that ends there with every one that
 * begins there; this is what `tokenizers` does by default (its encode_optimized), with its rule for equals: the longer
 * piece, which begins first.
 */
import type { Effort } from '../effort';

/** A letter of the vocabulary's tree. */
interface Node {
  readonly after: Map<string, Node>;
  score?: number;
}

export class BestPath {
  private readonly root: Node = { after: new Map() };

  /** `unknown`: the score of a letter that is no piece. */
  constructor(
    pieces: Iterable<readonly [string, number]>,
    private readonly unknown: number,
    private readonly effort: Effort,
  ) {
    for (const [piece, score] of pieces) {
      let node = this.root;
      for (const letter of piece) {
        const next: Node = node.after.get(letter) ?? { after: new Map() };
        node.after.set(letter, next);
        node = next;
      }
      node.score = score;
    }
  }

  tokens(text: string): string[] {
    const letters = Array.from(text);
    /** Of the best path to each place: its score, and where its last piece begins. */
    const scores = new Float64Array(letters.length + 1);
    const begins = new Int32Array(letters.length + 1).fill(-1);
    for (let from = 0; from < letters.length; from++) {
      const reach = (to: number, score: number) => {
        const sum = scores[from] + score;
        if (begins[to] >= 0 && sum <= scores[to]) return;
        scores[to] = sum;
        begins[to] = from;
      };
      let isLetter = false;
      let node: Node | undefined = this.root;
      for (let to = from; to < letters.length; to++) {
        node = node.after.get(letters[to]);
        if (!node) break;
        this.effort.spend(1);
        if (node.score === undefined) continue;
        reach(to + 1, node.score);
        isLetter ||= to === from;
      }
      if (!isLetter) reach(from + 1, this.unknown);
    }
    const pieces: string[] = [];
    for (let to = letters.length; to > 0; to = begins[to]) pieces.push(letters.slice(begins[to], to).join(''));
    return pieces.reverse();
  }
}
