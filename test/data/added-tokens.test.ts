/** Tokenizers with their configurations against transformers: test/fixtures/make_added_tokens.py. */
import { readFileSync } from 'node:fs';
import { Tokenizer as LibraryTokenizer } from '@huggingface/tokenizers';
import { describe, expect, test } from 'vitest';
import { readTokenizer } from '../../src/data/tokenizer';

const read = (name: string) => readFileSync(new URL(`../fixtures/tokenizers/${name}`, import.meta.url), 'utf8');
const BASE = JSON.parse(read('byte-level.tokenizer.json')) as Record<string, unknown>;

interface Case {
  config: Record<string, unknown>;
  map: Record<string, unknown> | null;
  added: Record<string, unknown>[];
  changes: Record<string, unknown>;
  texts: string[];
  ids: number[][];
  eos: string;
  pad: number | null;
}
const CASES = Object.entries(JSON.parse(read('added.json')) as Record<string, Case>);
const fileOf = ({ added, changes }: Case) => ({ ...BASE, ...changes, added_tokens: added });

describe('the ids of transformers', () => {
  test.each(CASES)('%s', async (_, c) => {
    const map = c.map === null ? undefined : JSON.stringify(c.map);
    const tokenizer = await readTokenizer(JSON.stringify(fileOf(c)), 'x', JSON.stringify(c.config), { map });
    expect(c.texts.map((text) => [text, tokenizer.encode(text)])).toEqual(c.texts.map((text, i) => [text, c.ids[i]]));
    expect(tokenizer.token(tokenizer.eosId)).toBe(c.eos);
    expect(tokenizer.padId).toBe(c.pad ?? tokenizer.eosId);
  });
});

test('the library by itself finds other ids: when this fails, added-tokens.ts or its part may go', () => {
  const isRight = ([, c]: (typeof CASES)[number]) => {
    const library = new LibraryTokenizer(fileOf(c), c.config);
    return c.texts.every((text, i) => {
      const { ids } = library.encode(text, { add_special_tokens: false });
      return JSON.stringify(ids) === JSON.stringify(c.ids[i]);
    });
  };
  const wrong = CASES.filter((entry) => !isRight(entry)).map(([name]) => name);
  expect(wrong).toEqual([
    'a token of the configuration alone',
    'its number is another than the next',
    'two, in the order of their numbers',
    "the configuration's flags count",
    'a token of the vocabulary',
    'single word',
    'single word of the configuration',
    'single word, spaces taken',
    'spaces beside a token',
    'spaces at its left alone',
    'spaces at its right alone',
    'U+FEFF and U+0085, byte-level',
    'U+FEFF and U+0085, with a space before',
    'U+FEFF and U+0085, as the file has it',
    'U+FEFF and U+0085, split at white space',
    "U+FEFF and U+0085, BERT's",
    'U+FEFF and U+0085, stripped',
    'the configuration counts more where it lists tokens',
    'a padding token that is not in the vocabulary',
    'of the map',
    'several named tokens that are not',
    'additional special tokens',
    'extra special tokens by name',
  ]);
});

test('an end token that no file names is the configuration’s of the model, else the first of a known name', async () => {
  const file = (...names: string[]) => ({
    ...BASE,
    added_tokens: names.map((content, i) => ({ content, id: 700 + i, special: true })),
  });
  const eosOf = async (names: string[], eosId?: number) => {
    const t = await readTokenizer(JSON.stringify(file(...names)), 'x', undefined, { eosId });
    return t.token(t.eosId);
  };
  expect(await eosOf(['<a>', '<b>'], 701)).toBe('<b>');
  expect(await eosOf(['<|endoftext|>', '<|im_start|>', '<|im_end|>'])).toBe('<|im_end|>');
  await expect(eosOf(['<a>', '<b>'])).rejects.toThrow(/no eos_token/);
});
