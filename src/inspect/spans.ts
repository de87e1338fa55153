/**
 * Where tokens lie in the text they were made from. Tokenizers say nothing of it, so it is found by decoding: what a
 * token adds to the text before it must stand at the next place of the text. A character of several tokens (an emoji in
 * bytes) belongs to each of them: their ranges overlap.
 */
import type { Tokenizer } from '../data/types';

export type Span = readonly [from: number, to: number];

/** What decoders write for bytes that make no whole character. */
const BROKEN = '\uFFFD';
/** A character has at most four bytes; joined emoji and scripts with marks are several characters. */
const LONGEST_RUN = 16;

/**
 * The range of every token in `text`, UTF-16 units, in order. White space that no token holds (word-level vocabularies)
 * lies between ranges. A token whose text is not there (a tokenizer that changes its input) gets an empty range.
 */
export function tokenSpans(tokenizer: Tokenizer, ids: readonly number[], text: string): Span[] {
  const spans: Span[] = [];
  let at = 0;
  while (spans.length < ids.length) {
    const run = nextRun(tokenizer, ids, spans.length, text, at);
    for (const span of run) spans.push(span);
    at = Math.max(at, run[run.length - 1][1]);
  }
  return spans;
}

/** The tokens from `first` on up to the next place where token and character end together. */
function nextRun(tokenizer: Tokenizer, ids: readonly number[], first: number, text: string, at: number): Span[] {
  const pieces: string[] = [];
  for (let last = first; last < Math.min(ids.length, first + LONGEST_RUN); last++) {
    const piece = addedBy(tokenizer, ids, first, last);
    pieces.push(piece);
    const place = placeOf(piece, text, at);
    // A text may hold the replacement character itself; then its first byte already looks like all of it.
    const goesOn = endsBroken(piece) && last + 1 < ids.length && addedBy(tokenizer, ids, first, last + 1) === piece;
    if (place !== null && !goesOn) return shareOut(pieces, text, place);
  }
  return [[at, at]];
}

/** What tokens first … last add to the text of the token before them, which joins or strips spaces as in a sentence. */
function addedBy(tokenizer: Tokenizer, ids: readonly number[], first: number, last: number): string {
  if (first === 0) return tokenizer.decode(ids.slice(0, last + 1));
  const before = tokenizer.decode(ids.slice(first - 1, first));
  const both = tokenizer.decode(ids.slice(first - 1, last + 1));
  return both.startsWith(before) ? both.slice(before.length) : tokenizer.decode(ids.slice(first, last + 1));
}

/** Where a piece stands: at once, or after white space that is written otherwise than the decoder writes it. */
function placeOf(piece: string, text: string, at: number): number | null {
  if (text.startsWith(piece, at)) return at;
  const bare = piece.trimStart();
  const place = at + (/^\s*/.exec(text.slice(at, at + 4096)) as RegExpExecArray)[0].length;
  return bare !== '' && text.startsWith(bare, place) ? place : null;
}

/** The ranges of a run that begins at `place`: `pieces[i]` is the text of its first i + 1 tokens, the last of them whole. */
function shareOut(pieces: readonly string[], text: string, place: number): Span[] {
  const whole = pieces[pieces.length - 1];
  const leading = text.startsWith(whole, place) ? 0 : whole.length - whole.trimStart().length;
  const ends = pieces.map((piece, i) => {
    if (i === pieces.length - 1)
      return { whole: place + whole.length - leading, touched: place + whole.length - leading };
    const complete = Math.max(0, common(piece, whole) - leading);
    const next = text.codePointAt(place + complete) ?? 0;
    return { whole: place + complete, touched: place + complete + (next > 0xffff ? 2 : 1) };
  });
  return ends.map(({ touched }, i): Span => [i === 0 ? place : ends[i - 1].whole, touched]);
}

/** Units that a piece with a broken end has in common with the whole. */
function common(piece: string, whole: string): number {
  const end = piece.length - (/\uFFFD+$/.exec(piece)?.[0].length ?? 0);
  let n = 0;
  while (n < end && piece[n] === whole[n]) n++;
  return n;
}

/** A piece of a text with the tokens that make it: one, several where they share a character, none between words. */
export interface Segment {
  readonly from: number;
  readonly to: number;
  /** First token and the one after the last; equal where no token holds this text. */
  readonly first: number;
  readonly end: number;
}

/** The whole text, cut where tokens begin and end; an empty token is a segment of its own. */
export function segments(spans: readonly Span[], length: number): Segment[] {
  const list: Segment[] = [];
  let at = 0;
  let i = 0;
  while (i < spans.length) {
    const [from] = spans[i];
    if (from > at) list.push({ from: at, to: from, first: i, end: i });
    let to = spans[i][1];
    let end = i + 1;
    for (; end < spans.length && spans[end][0] < to; end++) to = Math.max(to, spans[end][1]);
    list.push({ from: Math.max(at, from), to: Math.max(at, to), first: i, end });
    at = Math.max(at, to);
    i = end;
  }
  if (at < length) list.push({ from: at, to: length, first: i, end: i });
  return list;
}

/** Whether a text ends in the middle of a character, as far as a decoder can tell. */
export const endsBroken = (text: string): boolean => text.endsWith(BROKEN);
