/** Scored texts made by hand: a token a piece, with these signals. */
import type { ScoredText } from '../../src/inspect/types';

export function scoredText(pieces: readonly string[], u: readonly number[]): ScoredText {
  const ends = pieces.map((_, i) => pieces.slice(0, i + 1).join('').length);
  const spans = pieces.map((piece, i) => [ends[i] - piece.length, ends[i]] as const);
  const s = Float32Array.from(u, (_, i) => -1 - (i % 3) / 2);
  const t = Float32Array.from(u, (x, i) => s[i] + x);
  const [H_S, H_T] = [s.map(() => 0.5), s.map(() => 0.25)];
  const alternative = (logprob: number) => [{ token: ' a', logprob }];
  return {
    ...{ ids: Uint32Array.from(pieces.keys()), s, t, u: t.map((x, i) => x - s[i]), H_S, H_T },
    tokens: [...pieces],
    spans,
    alternatives: { student: Array.from(s, alternative), teacher: Array.from(s, alternative) },
    studentTokens: 5,
    teacherTokens: 9,
  };
}
