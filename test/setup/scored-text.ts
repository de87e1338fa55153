/** Scored texts made by hand: a token a piece, with these signals. */
import type { ScoredText } from '../../src/inspect/types';

export function scoredText(pieces: readonly string[], u: readonly number[]): ScoredText {
  const ends = pieces.map((_, i) => pieces.slice(0, i + 1).join('').length);
  const spans = pieces.map((piece, i) => [ends[i] - piece.length, ends[i]] as const);
  const s = u.map((_, i) => -1 - (i % 3) / 2);
  const alternative = (logprob: number) => [{ token: ' a', logprob }];
  return {
    tokens: [...pieces],
    ids: pieces.map((_, i) => i),
    spans,
    s,
    t: u.map((x, i) => s[i] + x),
    u: u.map((x, i) => s[i] + x - s[i]),
    H_S: u.map(() => 0.5),
    H_T: u.map(() => 0.25),
    alternatives: { student: s.map(alternative), teacher: s.map(alternative) },
    studentTokens: 5,
    teacherTokens: 9,
  };
}
