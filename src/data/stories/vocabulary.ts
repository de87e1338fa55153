/**
 * The vocabulary of "stories": a word, a number and a sign are one token each, with the blank before it, as the large
 * models' tokenizers have it; `.` `,` `:` `?` have none.
 */
import { spacedWordsJson, wordLevelTokenizer } from '../tokenizer';
import type { Tokenizer } from '../types';
import { LARGEST_NUMBER, PEOPLE, THINGS, VERBS } from './words';

/** The marks of a prompt: what follows is shown to the teacher alone, and where the response begins. */
export const MARKS = { solution: '<solution>', feedback: '<feedback>', think: '<think>' } as const;
const SPECIAL = ['<pad>', '<bos>', '<eos>', ...Object.values(MARKS)];
const SIGNS = ['.', ',', ':', '?', ' +', ' -', ' ×', ' ='];
const WORDS = [
  ...PEOPLE.map(([name]) => name),
  ...['She', 'He', 'has', 'more', 'of', 'them', 'How', 'many', 'does', 'have'],
  ...THINGS,
  ...VERBS.flatMap(({ verb, gerund }) => [verb, gerund]),
  ...['makes', 'leaves', 'So', 'Wait', 'let', 'me', 'check', 'right', 'wrong'],
];

const NUMBERS = Array.from({ length: LARGEST_NUMBER + 1 }, (_, n) => ` ${n}`);
/** All tokens by id: numbers first, so that the id of ` 14` is 14. */
export const TOKENS: readonly string[] = [...NUMBERS, ...SPECIAL, ...SIGNS, ...WORDS.map((word) => ` ${word}`)];

export const storiesTokenizerJson = (): string => `${JSON.stringify(spacedWordsJson(TOKENS, SPECIAL), null, 2)}\n`;

/** Without it transformers takes the tokenizer class from config.json's model_type, and other ids. */
export const storiesTokenizerConfigJson = (): string =>
  `${JSON.stringify(
    {
      tokenizer_class: 'PreTrainedTokenizerFast',
      bos_token: '<bos>',
      eos_token: '<eos>',
      pad_token: '<pad>',
      clean_up_tokenization_spaces: false,
    },
    null,
    2,
  )}\n`;

export const storiesTokenizer: Tokenizer = wordLevelTokenizer(JSON.parse(storiesTokenizerJson()), 'stories');

const id = (token: string): number => TOKENS.indexOf(token);

/** Token ids of what the code looks for. */
export const ID = {
  bos: id('<bos>'),
  eos: id('<eos>'),
  solution: id(MARKS.solution),
  feedback: id(MARKS.feedback),
  think: id(MARKS.think),
  stop: id('.'),
  wait: id(' Wait'),
  so: id(' So'),
  has: id(' has'),
} as const;
