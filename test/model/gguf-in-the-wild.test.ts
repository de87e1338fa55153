/** GGUF files as they are in the wild: read as llama.cpp reads them, or refused by name. */
import { describe, expect, test } from 'vitest';
import { openModel } from '../../src/library/open-model';
import { fixtureBytes, type GgufParts, type GgufValue, ggufFile, memoryFiles } from '../setup/checkpoints';

type Metadata = Record<string, GgufValue>;

const { byteLevel, sentencePiece } = JSON.parse(
  new TextDecoder().decode(fixtureBytes('tokenizers', 'expected.json')),
) as {
  byteLevel: { tokens: string[]; merges: string[]; types: number[] };
  sentencePiece: { tokens: string[]; scores: number[]; types: number[] };
};
const i32 = (values: readonly number[]) => values.map((n) => ({ i32: n }));
const [C, F, V] = [16, 8, byteLevel.tokens.length + 3]; // three rows of padding

const tensors = (rows = V): { name: string; lengths: number[] }[] => [
  { name: 'token_embd.weight', lengths: [C, rows] },
  { name: 'output_norm.weight', lengths: [C] },
  ...['attn_norm', 'ffn_norm'].map((n) => ({ name: `blk.0.${n}.weight`, lengths: [C] })),
  ...['attn_q', 'attn_k', 'attn_v', 'attn_output'].map((n) => ({ name: `blk.0.${n}.weight`, lengths: [C, C] })),
  ...['ffn_gate', 'ffn_up'].map((n) => ({ name: `blk.0.${n}.weight`, lengths: [C, F] })),
  { name: 'blk.0.ffn_down.weight', lengths: [F, C] },
];
const SHAPE: Metadata = {
  'general.architecture': 'llama',
  'llama.block_count': { u32: 1 },
  'llama.context_length': { u32: 256 },
  'llama.embedding_length': { u32: C },
  'llama.feed_forward_length': { u32: F },
  'llama.attention.head_count': { u32: 2 },
  'llama.attention.layer_norm_rms_epsilon': { f32: 1e-6 },
};
const at = (names: Metadata): Metadata =>
  Object.fromEntries(Object.entries(names).map(([name, value]) => [`tokenizer.ggml.${name}`, value]));
const END = byteLevel.tokens.indexOf('<|end|>');
const BYTES: Metadata = at({
  ...{ model: 'gpt2', pre: 'smollm', tokens: byteLevel.tokens, merges: byteLevel.merges },
  ...{ token_type: i32(byteLevel.types), eos_token_id: { u32: END } },
});
const PIECES: Metadata = at({
  ...{ model: 'llama', tokens: sentencePiece.tokens, token_type: i32(sentencePiece.types) },
  scores: sentencePiece.scores.map((n) => ({ f32: n })),
});

/** A file with these keys, and without those that are undefined. */
const opened = (vocabulary: Metadata, more: Record<string, GgufValue | undefined> = {}, parts: GgufParts = {}) => {
  const all = Object.entries({ ...SHAPE, ...vocabulary, ...more }).filter(([, value]) => value !== undefined);
  const metadata = Object.fromEntries(all) as Metadata;
  return openModel(memoryFiles({ 'm.gguf': ggufFile({ metadata, tensors: tensors(), ...parts }) }));
};
const TEXT = "It's 1234 words, and 'more'";

describe('read as llama.cpp does', () => {
  test.each([
    ['absent', undefined],
    ['empty', ''],
  ])('a pre-tokenizer that is %s is the default', async (_, pre) => {
    const { text } = await opened(BYTES, { 'tokenizer.ggml.pre': pre });
    const usual = await opened(BYTES, { 'tokenizer.ggml.pre': 'default' });
    expect(text.encode(TEXT)).toEqual(usual.text.encode(TEXT));
    expect(text.encode(TEXT)).not.toEqual((await opened(BYTES)).text.encode(TEXT));
    // Said by every command, and in a run's record, which the page shows.
    expect(text.warning).toMatch(/does not say how its texts are cut into words \(tokenizer\.ggml\.pre\)/);
    expect(usual.text.warning).toBeUndefined();
  });

  test.each(['Meta AI original pth', 'reference'])('a layout called %s changes nothing', async (layout) => {
    const { config } = await opened(BYTES, { 'llama.tensor_data_layout': layout });
    expect(config).toEqual((await opened(BYTES)).config);
  });

  test('tokens without a text are padding, however many', async () => {
    const tokens = [...byteLevel.tokens, '', '', ''];
    const { text, config } = await opened(BYTES, at({ tokens, token_type: i32([...byteLevel.types, 5, 5, 5]) }));
    expect([text.vocabSize, config.vocabSize]).toEqual([V, V]);
    expect(text.encode(TEXT)).toEqual((await opened(BYTES)).text.encode(TEXT));
  });

  test('rows past the tokens are padding, whatever vocab_size says of them', async () => {
    for (const size of [undefined, { u32: V }, { u32: byteLevel.tokens.length }]) {
      const { text, config } = await opened(BYTES, { 'llama.vocab_size': size });
      expect([text.vocabSize, config.vocabSize]).toEqual([byteLevel.tokens.length, V]);
      expect([text.token(V - 1), text.decode([V - 1])]).toEqual(['', '']);
    }
  });

  test('SentencePiece without ids of tokens with a role has the usual ones', async () => {
    const rows = { tensors: tensors(sentencePiece.tokens.length) };
    const { text, config, tokenizer } = await opened(PIECES, {}, rows);
    expect([text.eosId, config.bosId, [...config.eosIds]]).toEqual([2, 1, [2]]);
    expect(JSON.parse(tokenizer.get('tokenizer.json') ?? '').model.unk_token).toBe(sentencePiece.tokens[0]);
  });

  test('ids past the tokens are none', async () => {
    const rows = { tensors: tensors(sentencePiece.tokens.length) };
    const ids = at({ eos_token_id: { u32: 90_000 }, padding_token_id: { u32: 90_000 } });
    const { text, config } = await opened(PIECES, ids, rows);
    expect([text.eosId, text.padId, config.padId]).toEqual([2, 2, null]);
  });

  test('without an end token, what ends a turn is it', async () => {
    const { text } = await opened(BYTES, {
      ...at({ eot_token_id: { u32: END } }),
      'tokenizer.ggml.eos_token_id': undefined,
    });
    expect([text.eosId, [...text.endIds]]).toEqual([END, [END]]);
  });

  test.each([
    ['ordinary by its type', i32(byteLevel.tokens.map(() => 1))],
    ['without a type', undefined],
  ])('an end token that is %s is found in a text all the same', async (_, types) => {
    const { text } = await opened(BYTES, { 'tokenizer.ggml.token_type': types });
    expect(text.encode('a<|end|>').at(-1)).toBe(END);
    expect(text.encode('a<|end|>')).toHaveLength(2);
  });

  test('YaRN without the original context takes the context', async () => {
    const { config } = await opened(BYTES, {
      'llama.rope.scaling.type': 'yarn',
      'llama.rope.scaling.factor': { f32: 4 },
    });
    expect(config.rope.scaling).toMatchObject({ type: 'yarn', factor: 4, originalMaxPositions: 256 });
  });

  test('keys of experts that count none', async () => {
    const { config } = await opened(BYTES, {
      'llama.expert_count': { u32: 0 },
      'llama.nextn_predict_layers': { u32: 0 },
    });
    expect(config.family).toBe('llama');
  });

  test.each<[string, GgufParts, Metadata]>([
    ['another alignment', { alignment: 256 }, { 'general.alignment': { u32: 256 } }],
    ['version 2', { version: 2 }, {}],
    ['tensors in another order', { tensors: tensors().reverse() }, {}],
  ])('%s', async (_, parts, more) => {
    expect((await opened(BYTES, more, parts)).tensors.size).toBe(11);
  });

  test('tokens that were added past the rows are none of the model’s', async () => {
    const rows = byteLevel.tokens.length;
    const vocabulary = at({ tokens: [...byteLevel.tokens, '[PAD]'], token_type: i32([...byteLevel.types, 3]) });
    const pad = at({ padding_token_id: { u32: rows } });
    const { text, config } = await opened(BYTES, { ...vocabulary, ...pad }, { tensors: tensors(rows) });
    expect([config.vocabSize, text.padId]).toEqual([rows, END]);
    expect(text.encode(TEXT)).toEqual((await opened(BYTES)).text.encode(TEXT));
    expect(text.withoutRow).toEqual(['[PAD]']);
    expect(() => text.encode('a[PAD]')).toThrow(/"\[PAD\]" is token \d+; the model has \d+/);
  });

  test('without a vocabulary token ids are read, texts are refused', async () => {
    for (const none of [{}, at({ model: 'no_vocab' }), at({ model: 'none' })] as Metadata[]) {
      const model = await opened(none);
      expect(model.config.vocabSize).toBe(V);
      expect(() => model.text).toThrow(/has no vocabulary \(m.gguf\)/);
    }
  });
});

describe('refused by name', () => {
  const fused = [
    ...tensors().filter(({ name }) => !/attn_[qkv]\./.test(name)),
    { name: 'blk.0.attn_qkv.weight', lengths: [C, 3 * C] },
  ];
  test.each<[string, () => Promise<unknown>, RegExp]>([
    [
      'a token twice',
      () => opened(BYTES, at({ tokens: byteLevel.tokens.with(9, 'x').with(10, 'x') })),
      /is "x", as is token/,
    ],
    ['a pre-tokenizer that is not known', () => opened(BYTES, at({ pre: 'klingon' })), /"klingon" .* is not known/],
    [
      'queries, keys and values in one',
      () => opened(BYTES, {}, { tensors: fused }),
      /Tensor blk.0.attn_qkv.weight is no part of llama/,
    ],
    [
      'fewer rows than vocab_size says',
      () => opened(BYTES, { 'llama.vocab_size': { u32: V + 1 } }),
      /vocab_size is .* rows/,
    ],
    ['fewer rows than tokens', () => opened(BYTES, {}, { tensors: tensors(V - 4) }), /has \d+ tokens, the model/],
    [
      'a block type of few bits',
      () => opened(BYTES, {}, { tensors: [{ name: 'x', lengths: [256], type: 20 }] }),
      /IQ4_NL is not supported/,
    ],
    [
      'an image encoder',
      () => opened(BYTES, { 'general.architecture': 'clip' }),
      /architecture "clip" is not supported/,
    ],
    ['experts', () => opened(BYTES, { 'llama.expert_count': { u32: 8 } }), /llama.expert_count = 8 is not supported/],
    ['big-endian bytes', () => opened(BYTES, {}, { version: 0x03000000 }), /it is big endian/],
    ['a part of a model', () => opened(BYTES, { 'split.count': { u32: 3 } }), /one of several.*gguf-split --merge/],
  ])('%s', async (_, work, message) => {
    await expect(work()).rejects.toThrow(message);
  });
});
