/**
 * Matches of a pattern in a text, in time linear in both. The order of alternatives is a backtracking engine's, so the
 * matches are JavaScript's; but a state that has failed at a position is not tried there again (Davis et al., "Using
 * selective memoization to defeat regular expression denial of service", S&P 2021; RE2's BitState). Where it holds that
 * something is ahead or behind is found for all positions in one walk. One difference is left, where Oniguruma (which
 * `tokenizers` uses) is as we are: an optional part may match nothing, `(?:|a)?`.
 */
import { type Effort, TooMuchWork } from '../effort';
import type { Look, Program } from './program';

/** Where a match lies, in UTF-16 units. */
export interface Span {
  readonly index: number;
  readonly end: number;
}

/** The most memory for what has failed, in 32-bit words. */
const MOST_WORDS = 2 ** 25;

/** All matches from left to right, none inside another. Throws TooMuchWork. */
export function* search(program: Program, text: string, effort: Effort): Generator<Span> {
  const walk = new Walk(program, text, effort);
  const { offsets, length } = walk;
  for (let from = 0; from <= length; ) {
    const end = walk.matchAt(from);
    if (end !== null) yield { index: offsets[from], end: offsets[end] };
    from = end === null || end === from ? from + 1 : end;
  }
}

class Walk {
  /** The text's characters, and where each begins. */
  private readonly points: number[] = [];
  readonly offsets: number[] = [];
  /** Bits of splits, for each position. */
  private readonly failed: Uint32Array;
  private readonly words: number;
  /** Where each look holds, once it was asked. */
  private readonly held: (Uint8Array | undefined)[];

  constructor(
    private readonly program: Program,
    text: string,
    private readonly effort: Effort,
  ) {
    let at = 0;
    for (const character of text) {
      this.points.push(character.codePointAt(0) as number);
      this.offsets.push(at);
      at += character.length;
    }
    this.offsets.push(at);
    this.words = Math.ceil(program.splits / 32);
    if (this.words * this.offsets.length > MOST_WORDS) throw new TooMuchWork('the text is too long for it');
    this.failed = new Uint32Array(this.words * this.offsets.length);
    this.held = program.looks.map(() => undefined);
  }

  get length(): number {
    return this.points.length;
  }

  /** The end of the match that begins at a position; null for none. Positions come in order. */
  matchAt(from: number): number | null {
    const { states, start } = this.program;
    const { points } = this;
    const waiting: number[] = [];
    let [state, at, steps] = [start, from, 0];
    for (;;) {
      const s = states[state];
      steps++;
      let next = -1;
      if (s.op === 'character') {
        if (at < points.length && s.set.has(points[at])) {
          at++;
          next = s.next;
        }
      } else if (s.op === 'split') {
        if (this.tryOnce(s.mark, at)) {
          waiting.push(s.second, at);
          next = s.first;
        }
      } else if (s.op === 'match') {
        this.effort.spend(steps);
        // What has led here has not failed.
        this.failed.fill(0, at * this.words, (at + 1) * this.words);
        return at;
      } else if (this.holds(s, at)) next = s.next;
      if (next < 0) {
        if (waiting.length === 0) break;
        at = waiting.pop() as number;
        next = waiting.pop() as number;
      }
      state = next;
      if (steps === 4096) {
        this.effort.spend(steps);
        steps = 0;
      }
    }
    this.effort.spend(steps);
    return null;
  }

  /** False where a split was tried at a position before: it failed, or the text has not moved on since. */
  private tryOnce(mark: number, at: number): boolean {
    const word = at * this.words + (mark >>> 5);
    const bit = 1 << (mark & 31);
    if (this.failed[word] & bit) return false;
    this.failed[word] |= bit;
    return true;
  }

  private holds(s: Program['states'][number], at: number): boolean {
    if (s.op === 'edge') return at === (s.end ? this.length : 0);
    if (s.op !== 'look') return false;
    this.held[s.look] ??= this.whereHolds(this.program.looks[s.look]);
    return (this.held[s.look]?.[at] === 1) !== s.negate;
  }

  /** All positions where a look holds, in one walk of all its states at once, begun anew at each position. */
  private whereHolds({ start, back }: Look): Uint8Array {
    const { points, program } = this;
    const found = new Uint8Array(points.length + 1);
    const seen = new Int32Array(program.states.length).fill(-1);
    let current: number[] = [];
    for (let i = 0; i <= points.length; i++) {
      const at = back ? points.length - i : i;
      const point = points[back ? at - 1 : at];
      const waiting = [...current, start];
      const after: number[] = [];
      while (waiting.length > 0) {
        const state = waiting.pop() as number;
        if (seen[state] === i) continue;
        seen[state] = i;
        const s = program.states[state];
        if (s.op === 'match') found[at] = 1;
        else if (s.op === 'split') waiting.push(s.first, s.second);
        else if (s.op !== 'character') {
          if (this.holds(s, at)) waiting.push(s.next);
        } else if (point !== undefined && s.set.has(point)) after.push(s.next);
      }
      this.effort.spend(1 + current.length);
      current = after;
    }
    return found;
  }
}
