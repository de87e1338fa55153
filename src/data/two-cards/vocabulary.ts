/** The 77 words of the task "two cards". A number's token id is the number itself. */
import { wordLevelJson, wordLevelTokenizer } from '../tokenizer';
import type { Tokenizer } from '../types';

export const LARGEST_NUMBER = 63;

const WORDS = ['<pad>', '<bos>', '<eos>', 'make', 'Think', 'Hint', 'no', 'yes', 'Wait', 'Hmm', 'Maybe', 'So', 'Answer'];

/** All tokens by id: the numbers 0 … 63, then the words. Hmm and Maybe are for experiments; no text uses them yet. */
export const TOKENS: readonly string[] = [...Array.from({ length: LARGEST_NUMBER + 1 }, (_, n) => String(n)), ...WORDS];

const id = (word: string) => TOKENS.indexOf(word);

/** Token ids of the words that the code speaks. */
export const ID = {
  bos: id('<bos>'),
  eos: id('<eos>'),
  make: id('make'),
  think: id('Think'),
  hint: id('Hint'),
  no: id('no'),
  yes: id('yes'),
  wait: id('Wait'),
  so: id('So'),
  answer: id('Answer'),
} as const;

/** The vocabulary as a Hugging Face tokenizer.json, ready to be written beside a model. */
export function twoCardsTokenizerJson(): string {
  return `${JSON.stringify(wordLevelJson(TOKENS, ['<pad>', '<bos>', '<eos>']), null, 2)}\n`;
}

/**
 * The tokenizer_config.json that must lie beside it: without it, transformers takes the tokenizer class from
 * config.json's model_type and reads the file as a Qwen2 byte-level tokenizer, with other ids.
 */
export function twoCardsTokenizerConfigJson(): string {
  const config = {
    tokenizer_class: 'PreTrainedTokenizerFast',
    bos_token: '<bos>',
    eos_token: '<eos>',
    pad_token: '<pad>',
    clean_up_tokenization_spaces: false,
  };
  return `${JSON.stringify(config, null, 2)}\n`;
}

export const twoCardsTokenizer: Tokenizer = wordLevelTokenizer(JSON.parse(twoCardsTokenizerJson()), 'two-cards');
