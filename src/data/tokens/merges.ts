/**
 * Byte-pair merges in n log n. `@huggingface/tokenizers` 0.2.0 looks up each pair by its JSON text, so that the words of one
 * long text whose tokens grow are merged in more than linear time, and reading 280,000 merges writes as many texts; here
 * symbols are numbers. The result is the same: the merge that stands first in the file before others, then the leftmost.
 */
import type { Effort } from '../effort';

/** Symbols are told apart by numbers below this, so that a pair of them is one number. */
const SYMBOLS = 2 ** 26;
/** Words that are remembered, and the longest of them. */
const [REMEMBERED, LONGEST] = [10_000, 256];

export class Merges {
  private readonly names: string[] = [];
  private readonly numbers = new Map<string, number>();
  /** A pair's rank, by left · SYMBOLS + right. */
  private readonly ranks = new Map<number, number>();
  /** The symbol that a rank's pair becomes. */
  private readonly results: number[] = [];
  private readonly known = new Map<string, readonly string[]>();

  /** `merges` in their order; a pair that stands twice counts as its last. */
  constructor(
    merges: readonly (readonly [string, string])[],
    private readonly effort: Effort,
  ) {
    for (const [left, right] of merges) {
      this.ranks.set(this.symbol(left) * SYMBOLS + this.symbol(right), this.results.length);
      this.results.push(this.symbol(left + right));
    }
  }

  private symbol(name: string): number {
    let number = this.numbers.get(name);
    if (number === undefined) {
      number = this.names.push(name) - 1;
      this.numbers.set(name, number);
    }
    return number;
  }

  /** A word's tokens; `suffix` belongs to its last letter. */
  tokens(word: string, suffix: string): readonly string[] {
    const known = this.known.get(word);
    if (known) return known;
    const letters = Array.from(word);
    if (letters.length > 0) letters[letters.length - 1] += suffix;
    const merged = letters.length > 1 ? this.merged(letters) : letters;
    if (word.length < LONGEST) {
      if (this.known.size >= REMEMBERED) this.known.clear();
      this.known.set(word, merged);
    }
    return merged;
  }

  private merged(letters: readonly string[]): string[] {
    // Letters that no merge has get numbers behind all others, and are forgotten with the word.
    const before = this.names.length;
    const symbols = letters.map((letter) => this.symbol(letter));
    const n = symbols.length;
    const [next, previous] = [symbols.map((_, i) => i + 1), symbols.map((_, i) => i - 1)];
    const queue = new Queue();
    /** -1 where two neighbours do not merge. */
    const rankAt = (at: number): number =>
      next[at] < n ? (this.ranks.get(symbols[at] * SYMBOLS + symbols[next[at]]) ?? -1) : -1;
    const offer = (at: number) => {
      const rank = at >= 0 ? rankAt(at) : -1;
      if (rank >= 0) queue.push(rank, at);
    };
    for (let at = 0; at < n - 1; at++) offer(at);
    for (let first = queue.pop(); first !== null; first = queue.pop()) {
      this.effort.spend(1);
      const [rank, at] = first;
      // One of the two has been merged since.
      if (symbols[at] < 0 || rankAt(at) !== rank) continue;
      const gone = next[at];
      symbols[at] = this.results[rank];
      symbols[gone] = -1;
      next[at] = next[gone];
      if (next[at] < n) previous[next[at]] = at;
      offer(previous[at]);
      offer(at);
    }
    const tokens = symbols.filter((symbol) => symbol >= 0).map((symbol) => this.names[symbol]);
    for (const name of this.names.splice(before)) this.numbers.delete(name);
    return tokens;
  }
}

/** Pairs (rank, position), the smallest first: a binary heap. */
class Queue {
  private readonly heap: (readonly [number, number])[] = [];

  push(rank: number, at: number): void {
    const { heap } = this;
    let i = heap.push([rank, at]) - 1;
    for (let above = (i - 1) >> 1; i > 0 && isBefore(heap[i], heap[above]); above = (i - 1) >> 1) {
      [heap[i], heap[above]] = [heap[above], heap[i]];
      i = above;
    }
  }

  pop(): readonly [number, number] | null {
    const { heap } = this;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return last ?? null;
    const first = heap[0];
    heap[0] = last;
    for (let i = 0; ; ) {
      const [left, right] = [2 * i + 1, 2 * i + 2];
      let least = i;
      if (left < heap.length && isBefore(heap[left], heap[least])) least = left;
      if (right < heap.length && isBefore(heap[right], heap[least])) least = right;
      if (least === i) return first;
      [heap[i], heap[least]] = [heap[least], heap[i]];
      i = least;
    }
  }
}

const isBefore = ([rank, at]: readonly [number, number], [other, there]: readonly [number, number]): boolean =>
  rank < other || (rank === other && at < there);
