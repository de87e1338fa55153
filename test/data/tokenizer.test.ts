import { readFile } from 'node:fs/promises';
import { Tokenizer as LibraryTokenizer } from '@huggingface/tokenizers';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cancellable } from '../../src/cli/command';
import { readTokenizer, wordLevelTokenizer } from '../../src/data/tokenizer';
import {
  TOKENS,
  twoCardsTokenizer,
  twoCardsTokenizerConfigJson,
  twoCardsTokenizerJson,
} from '../../src/data/two-cards/vocabulary';

const library = new LibraryTokenizer(JSON.parse(twoCardsTokenizerJson()), JSON.parse(twoCardsTokenizerConfigJson()));
const words = fc.array(fc.constantFrom(...TOKENS), { minLength: 1, maxLength: 40 });

test('the library gives the same ids and the same text', () => {
  fc.assert(
    fc.property(words, (tokens) => {
      const ids = twoCardsTokenizer.encode(tokens.join(' '));
      expect(ids).toEqual(tokens.map((t) => TOKENS.indexOf(t)));
      expect(ids).toEqual(library.encode(tokens.join(' ')).ids);
      expect(twoCardsTokenizer.decode(ids)).toBe(library.decode(ids, { clean_up_tokenization_spaces: false }));
      expect(twoCardsTokenizer.decode(ids)).toBe(tokens.join(' '));
    }),
  );
});

test('added tokens are found inside words and white space is free, as in the library', () => {
  const text = ' <bos>3  4<eos>\n\tmake<pad><pad> ';
  expect(twoCardsTokenizer.encode(text)).toEqual(library.encode(text).ids);
  expect(twoCardsTokenizer.encode(text).map(twoCardsTokenizer.token)).toEqual(
    '<bos> 3 4 <eos> make <pad> <pad>'.split(' '),
  );
  expect(twoCardsTokenizer.encode('')).toEqual([]);
  expect(twoCardsTokenizer.decode([])).toBe('');
});

test('reading the written file gives the same tokenizer', async () => {
  const read = await readTokenizer(twoCardsTokenizerJson(), 'tokenizer.json', twoCardsTokenizerConfigJson());
  expect(read).toMatchObject({ vocabSize: 77, eosId: 66, padId: 64 });
  expect(TOKENS.map((_, id) => read.token(id))).toEqual(TOKENS);
  expect([read.token(77), read.decode([3, 77, 5])]).toEqual(['', `${TOKENS[3]} ${TOKENS[5]}`]);
});

test('what cannot be used is refused with what, where and the mend', async () => {
  expect(() => twoCardsTokenizer.encode('3 hello')).toThrow(/"hello" is not in the vocabulary \(two-cards\)/);
  await expect(readTokenizer('{', 'a.json')).rejects.toThrow(/not JSON.*a\.json/);
  await expect(readTokenizer('[]', 'a.json')).rejects.toThrow(/not a JSON object/);
  await expect(readTokenizer('{"model":{}}', 'a.json')).rejects.toThrow(/unreadable tokenizer/);
  const file = (vocab: Record<string, number>, split = 'WhitespaceSplit') => ({
    model: { type: 'WordLevel', vocab },
    pre_tokenizer: { type: split },
  });
  const make = (value: unknown) => () => wordLevelTokenizer(value, 'a.json');
  expect(make(file({ '<eos>': 0, '<pad>': 2 }))).toThrow(/id 2 \(a\.json\)\. Ids must be the numbers 0 to 1/);
  expect(make(file({ '<eos>': 0, '<pad>': 0 }))).toThrow(/each once/);
  expect(make(file({ a: 0, '<pad>': 1 }))).toThrow(/lacks <eos>/);
  expect(make(file({ '<eos>': 0, '<pad>': 1 }, 'Whitespace'))).toThrow(/WhitespaceSplit/);
  expect(make({ model: { type: 'BPE' } })).toThrow(/not a word-level tokenizer/);
});

test('another kind of tokenizer.json goes to the library: byte-level BPE', async () => {
  const file = {
    version: '1.0',
    added_tokens: [
      { id: 6, content: '<|end|>', special: true, normalized: false, single_word: false, lstrip: false, rstrip: false },
    ],
    normalizer: null,
    pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: false, use_regex: true },
    post_processor: null,
    decoder: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: false, use_regex: true },
    model: {
      type: 'BPE',
      vocab: { a: 0, b: 1, Ġ: 2, ab: 3, Ġa: 4, Ġab: 5 },
      merges: [
        ['a', 'b'],
        ['Ġ', 'ab'],
        ['Ġ', 'a'],
      ],
    },
  };
  const bpe = await readTokenizer(JSON.stringify(file), 'tokenizer.json', '{"eos_token":"<|end|>"}');
  expect(bpe).toMatchObject({ vocabSize: 7, eosId: 6, padId: 6 });
  const ids = bpe.encode('ab ab a<|end|>');
  expect(ids).toEqual([3, 5, 4, 6]);
  expect(bpe.decode(ids)).toBe('ab ab a<|end|>');
  expect(bpe.token(5)).toBe(' ab');
  expect(bpe.decode([])).toBe('');
  // a model with more rows than its tokenizer has tokens can sample one of them
  expect([bpe.token(99), bpe.decode([3, 99, 5])]).toEqual(['', 'ab ab']);
  await expect(readTokenizer(JSON.stringify(file), 'tokenizer.json')).rejects.toThrow(/no eos_token/);
});

test('while a file is read, others have their turn: a Ctrl-C that comes then is heard before it is done', async () => {
  const text = await readFile(new URL('../fixtures/tokenizers/byte-level.tokenizer.json', import.meta.url), 'utf8');
  let turns = 0;
  const heard = await cancellable(async (signal) => {
    const turn = () => {
      if (++turns === 1) process.emit('SIGINT');
      next = setImmediate(turn);
    };
    let next = setImmediate(turn);
    await readTokenizer(text, 'tokenizer.json', '{"eos_token":"<|end|>"}');
    clearImmediate(next);
    return signal.aborted;
  });
  expect(heard).toBe(true);
  expect(turns).toBeGreaterThan(1); // three breaths, the first perhaps before any turn
});
