/**
 * Token ids against Hugging Face's `tokenizers` (test/fixtures/make_tokenizers.py), on texts with emoji, CJK, code and
 * every kind of white space: tokenizer.json as its library writes it, and what is made of a GGUF file's metadata.
 */
import { describe, expect, test } from 'vitest';
import { readTokenizer } from '../../src/data/tokenizer';
import type { MetadataValue } from '../../src/model/weights/gguf/cursor';
import type { Metadata } from '../../src/model/weights/gguf/header';
import { ggufTokenizerFiles } from '../../src/model/weights/gguf/tokenizer';
import { fixtureBytes } from '../setup/checkpoints';

interface Fixture {
  corpus: string[];
  byteLevel: {
    tokens: string[];
    merges: string[];
    types: number[];
    ids: Record<string, number[][]>;
    others: Record<string, { json: unknown; ids: number[][] }>;
  };
  sentencePiece: { tokens: string[]; scores: number[]; types: number[]; ids: number[][]; own: (number[] | null)[] };
}

const text = (name: string) => new TextDecoder().decode(fixtureBytes('tokenizers', name));
const { corpus, byteLevel, sentencePiece } = JSON.parse(text('expected.json')) as Fixture;

const byteLevelMetadata = (pre: string, more: Record<string, MetadataValue> = {}): Metadata =>
  new Map<string, MetadataValue>(
    Object.entries({
      'tokenizer.ggml.model': 'gpt2',
      'tokenizer.ggml.pre': pre,
      'tokenizer.ggml.tokens': byteLevel.tokens,
      'tokenizer.ggml.token_type': byteLevel.types,
      'tokenizer.ggml.merges': byteLevel.merges,
      'tokenizer.ggml.eos_token_id': byteLevel.tokens.indexOf('<|end|>'),
      ...more,
    }),
  );

const sentencePieceMetadata = (more: Record<string, MetadataValue> = {}): Metadata =>
  new Map<string, MetadataValue>(
    Object.entries({
      'tokenizer.ggml.model': 'llama',
      'tokenizer.ggml.tokens': sentencePiece.tokens,
      'tokenizer.ggml.scores': sentencePiece.scores,
      'tokenizer.ggml.token_type': sentencePiece.types,
      'tokenizer.ggml.unknown_token_id': 0,
      'tokenizer.ggml.bos_token_id': 1,
      'tokenizer.ggml.eos_token_id': 2,
      ...more,
    }),
  );

const readGguf = (metadata: Metadata) => {
  const files = ggufTokenizerFiles(metadata, 'x.gguf');
  return readTokenizer(files.get('tokenizer.json') ?? '', 'tokenizer.json', files.get('tokenizer_config.json'));
};

const idsOf = async (tokenizer: Awaited<ReturnType<typeof readTokenizer>>) =>
  corpus.map((line) => [line, tokenizer.encode(line)]);
const zip = (ids: number[][]) => corpus.map((line, i) => [line, ids[i]]);

describe('byte-level BPE', () => {
  test('tokenizer.json of the library', async () => {
    const tokenizer = await readTokenizer(text('byte-level.tokenizer.json'), 'x', '{"eos_token":"<|end|>"}');
    expect(await idsOf(tokenizer)).toEqual(zip(byteLevel.ids.smollm));
    for (const line of corpus) expect(tokenizer.decode(tokenizer.encode(line))).toBe(line);
    expect(tokenizer).toMatchObject({ vocabSize: byteLevel.tokens.length, eosId: byteLevel.tokens.indexOf('<|end|>') });
  });

  test.each(Object.keys(byteLevel.ids))('GGUF with the pre-tokenizer %s', async (pre) => {
    const tokenizer = await readGguf(byteLevelMetadata(pre));
    expect(await idsOf(tokenizer)).toEqual(zip(byteLevel.ids[pre]));
    const normal = pre.startsWith('qwen') ? corpus.map((line) => line.normalize('NFC')) : corpus;
    expect(corpus.map((line) => tokenizer.decode(tokenizer.encode(line)))).toEqual(normal);
  });

  test.each(Object.entries(byteLevel.others))('tokenizer.json with the pre-tokenizer %s', async (_, { json, ids }) => {
    const file = { ...JSON.parse(text('byte-level.tokenizer.json')), pre_tokenizer: json };
    const tokenizer = await readTokenizer(JSON.stringify(file), 'x', '{"eos_token":"<|end|>"}');
    expect(await idsOf(tokenizer)).toEqual(zip(ids));
  });

  test('the kinds of the fixture do differ', () => {
    const kinds = Object.values(byteLevel.ids).map((ids) => JSON.stringify(ids));
    expect(new Set(kinds).size).toBe(kinds.length - 1); // gpt-2 and olmo are the same
  });
});

describe('SentencePiece BPE with byte fallback', () => {
  test('tokenizer.json as transformers converts it', async () => {
    const tokenizer = await readTokenizer(text('sentencepiece.tokenizer.json'), 'x', '{"eos_token":"</s>"}');
    expect(await idsOf(tokenizer)).toEqual(zip(sentencePiece.ids));
  });

  test('GGUF, which has scores and no merges; SentencePiece itself agrees', async () => {
    const tokenizer = await readGguf(sentencePieceMetadata());
    expect(await idsOf(tokenizer)).toEqual(zip(sentencePiece.ids));
    const alone = corpus.flatMap((line, i) => (sentencePiece.own[i] ? [[line, sentencePiece.own[i]]] : []));
    expect(alone.map(([line]) => [line, tokenizer.encode(line as string)])).toEqual(alone);
    expect(alone.length).toBeGreaterThan(20);
    const plain = corpus.filter((line) => !line.includes('<') && !line.includes('▁')); // ▁ decodes to a space
    for (const line of plain) expect(tokenizer.decode(tokenizer.encode(line))).toBe(line);
  });

  test('without a leading space, where the file says so', async () => {
    const tokenizer = await readGguf(sentencePieceMetadata({ 'tokenizer.ggml.add_space_prefix': false }));
    expect(tokenizer.decode(tokenizer.encode('the house'))).toBe('the house');
    expect(tokenizer.encode(' the')).toEqual((await readGguf(sentencePieceMetadata())).encode('the'));
  });
});

test('bos and eos are added by template, as the file or its kind says', () => {
  const json = (metadata: Metadata) => JSON.parse(ggufTokenizerFiles(metadata, 'x').get('tokenizer.json') ?? '');
  const single = (metadata: Metadata) =>
    json(metadata).post_processor?.single.map((p: { SpecialToken?: { id: string } }) => p.SpecialToken?.id ?? 'text');
  expect(single(sentencePieceMetadata())).toEqual(['<s>', 'text']);
  expect(single(sentencePieceMetadata({ 'tokenizer.ggml.add_bos_token': false }))).toBeUndefined();
  expect(single(sentencePieceMetadata({ 'tokenizer.ggml.add_eos_token': true }))).toEqual(['<s>', 'text', '</s>']);
  expect(single(byteLevelMetadata('smollm'))).toBeUndefined();
  expect(single(byteLevelMetadata('llama-bpe', { 'tokenizer.ggml.bos_token_id': 1 }))).toEqual(['<|user|>', 'text']);
});

test('a token may be called anything', async () => {
  const tokens = [...byteLevel.tokens, '__proto__', 'constructor', '77'];
  const types = [...byteLevel.types, 3, 3, 3];
  const more = { 'tokenizer.ggml.tokens': tokens, 'tokenizer.ggml.token_type': types };
  const tokenizer = await readGguf(byteLevelMetadata('smollm', more));
  expect(tokenizer.encode('__proto__constructor77')).toEqual([0, 1, 2].map((i) => byteLevel.tokens.length + i));
  expect(tokenizer.vocabSize).toBe(byteLevel.tokens.length + 3);
});

test('a vocabulary of 200,000 tokens', async () => {
  const tokens = [...byteLevel.tokens, ...Array.from({ length: 200_000 }, (_, i) => `token${i}`)];
  const types = tokens.map((_, i) => byteLevel.types[i] ?? 1);
  const more = { 'tokenizer.ggml.tokens': tokens, 'tokenizer.ggml.token_type': types };
  const tokenizer = await readGguf(byteLevelMetadata('smollm', more));
  expect(tokenizer.vocabSize).toBe(tokens.length);
  expect(tokenizer.encode(corpus[0])).toEqual(byteLevel.ids.smollm[0]);
});

describe('what is refused', () => {
  const key = (name: string) => `tokenizer.ggml.${name}`;
  const spm = (more: Record<string, MetadataValue>) => () => ggufTokenizerFiles(sentencePieceMetadata(more), 'x');
  const bpe =
    (pre: string, more: Record<string, MetadataValue> = {}) =>
    () =>
      ggufTokenizerFiles(byteLevelMetadata(pre, more), 'x');
  test.each([
    ['an unknown pre-tokenizer', bpe('new'), /pre-tokenizer "new" .* is not known/],
    ['an inherited name', bpe('toString'), /pre-tokenizer "toString"/],
    [
      'no merges',
      () =>
        ggufTokenizerFiles(
          new Map<string, MetadataValue>([
            [key('model'), 'gpt2'],
            [key('tokens'), ['a']],
          ]),
          'x',
        ),
      /tokenizer\.ggml\.merges must be a list of texts: it is missing/,
    ],
    ['WordPiece', spm({ [key('model')]: 'bert' }), /tokenizer\.ggml\.model = "bert"/],
    [
      'tokens without a model',
      () => ggufTokenizerFiles(new Map([[key('tokens'), ['a']]]), 'x'),
      /tokenizer\.ggml\.model must be a text/,
    ],
    ['no tokens', spm({ [key('tokens')]: [] }), /tokens is empty/],
    ['numbers for tokens', spm({ [key('tokens')]: [1] }), /must be a list of texts/],
    [
      'a token twice',
      spm({ [key('tokens')]: sentencePiece.tokens.with(9, 'a').with(10, 'a') }),
      /Token \d+ .* is "a", as is/,
    ],
    ['too few types', spm({ [key('token_type')]: [1] }), /1 entries for 420/],
    ['too few scores', spm({ [key('scores')]: [1] }), /must give 420 numbers/],
    ['a score that is none', spm({ [key('scores')]: sentencePiece.scores.with(9, Number.NaN) }), /scores/],
    ['a merge of one', bpe('smollm', { [key('merges')]: ['ab'] }), /"ab" of tokenizer\.ggml\.merges is no pair/],
    ['whitespace rules', spm({ [key('remove_extra_whitespaces')]: true }), /remove_extra_whitespaces/],
    [
      'a token without end',
      spm({ [key('tokens')]: sentencePiece.tokens.with(9, 'a'.repeat(5000)) }),
      /has 5000 characters/,
    ],
  ])('%s', (_, make, message) => {
    expect(make).toThrow(message);
  });
});
