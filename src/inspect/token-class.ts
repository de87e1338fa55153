/**
 * What kind of token carries the signal. The lists are English and short on purpose: they answer one question, whether
 * the teacher differs in what is said or in how it is said.
 */
import { DELIBERATION_WORDS } from '../data/deliberation';
import type { Span } from './spans';

/**
 * deliberation: words of second thoughts, those of the paper's figure among them (Shen et al., arXiv 2605.11609).
 * style: openers, connectives, format and function words. number: digits. punctuation: signs, marks and white space.
 */
export const TOKEN_CLASSES = ['deliberation', 'style', 'number', 'punctuation', 'content'] as const;
export type TokenClass = (typeof TOKEN_CLASSES)[number];

const words = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/));

/** How a thing is said: words that an answer can gain or lose without becoming another answer. */
const STYLE_WORDS = words(`
  sure okay ok alright certainly great well now here here's hello hi thanks please note remember also then next finally
  lastly overall summary conclusion
  step steps solution explanation final boxed text begin end align following below above
  the a an to of is are was were be been being has have had do does did can will would should we i you he she it they us
  our your his her its their this that these those there which who what as in on for and or with by from at into if when
`);

/** A word as a dictionary has it, its apostrophes inside. */
const WORD = /\p{L}[\p{L}\p{M}]*(?:['’]\p{L}+)*/gu;

/**
 * The class of every token of a text. A part of a word has the class of the word ("Altern" and "atively" are one), and a
 * token that holds several words that of the first.
 */
export function tokenClasses(spans: readonly Span[], text: string): TokenClass[] {
  const found = [...text.matchAll(WORD)].map((m) => ({ from: m.index, to: m.index + m[0].length, word: m[0] }));
  let next = 0;
  return spans.map(([from, to]) => {
    while (next < found.length && found[next].to <= from) next++;
    const word = found[next];
    if (word && word.from < to) return classOfWord(word.word);
    return /\p{N}/u.test(text.slice(from, to)) ? 'number' : 'punctuation';
  });
}

function classOfWord(word: string): TokenClass {
  const plain = word.toLowerCase().replace('’', "'");
  if (DELIBERATION_WORDS.has(plain)) return 'deliberation';
  return STYLE_WORDS.has(plain) ? 'style' : 'content';
}
