/** What of a solution the teacher is shown: without thoughts, up to the final answer, within a budget of tokens. */
import { finalAnswer } from './maths';
import type { Tokenizer } from './types';

/** Text without what the model thought: <think>…</think>, also where the beginning or the end is missing. */
export function withoutThoughts(text: string): string {
  const spoken: string[] = [];
  let from = 0;
  for (;;) {
    const open = text.indexOf('<think>', from);
    const close = open < 0 ? -1 : text.indexOf(CLOSE, open);
    if (close < 0) break;
    spoken.push(text.slice(from, open));
    from = close + CLOSE.length;
  }
  const rest = [...spoken, text.slice(from)].join('');
  const [answer] = rest.slice(rest.includes(CLOSE) ? rest.lastIndexOf(CLOSE) + CLOSE.length : 0).split('<think>', 1);
  return answer.trim();
}

const CLOSE = '</think>';

/** Sentences behind the answer that are looked at, from the end: each is read for an answer of its own. */
const MOST_SENTENCES = 256;

/** A text up to the end of the sentence that states its final answer; the whole where none is stated. */
export function cutAfterAnswer(text: string): string {
  const answer = finalAnswer(text);
  if (answer === null) return text;
  let cut = text.length;
  const ends = [...text.matchAll(/[.!?](?=\s)|\n/g)].map(({ index }) => index + 1);
  for (const end of ends.reverse().slice(0, MOST_SENTENCES)) {
    const isAfterIt = finalAnswer(text.slice(0, end)) === answer && finalAnswer(text.slice(end)) === null;
    if (!isAfterIt) break;
    cut = end;
  }
  return text.slice(0, cut).trim();
}

/** A text of at most `budget` tokens: of a longer one its head (25 %) and its tail (75 %). */
export function toBudget(text: string, tokenizer: Tokenizer, budget: number): string {
  const ids = tokenizer.encode(text);
  if (ids.length <= budget) return text;
  const head = Math.floor(budget / 4);
  // A cut inside a character leaves half of its bytes.
  const start = tokenizer.decode(ids.slice(0, head)).replace(/\uFFFD+$/, '');
  const end = tokenizer.decode(ids.slice(ids.length - (budget - head))).replace(/^\uFFFD+/, '');
  return `${start.trimEnd()} … ${end.trimStart()}`;
}
