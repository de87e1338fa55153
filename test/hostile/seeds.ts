/** Small valid files that the fuzzer breaks. */
import { ggufFile } from '../setup/checkpoints';

const spelled = '<unk> <s> </s> ▁ a b c d e f ab cd ▁ab abcd'.split(' ');

/** A GGUF file with a tokenizer of the kind and tensors of five types. */
export function smallGguf(kind: 'llama' | 'gpt2'): Uint8Array<ArrayBuffer> {
  const scores = spelled.map((_, i) => ({ f32: -i }));
  const u32 = (n: number) => ({ u32: n });
  return ggufFile({
    metadata: {
      'general.architecture': 'llama',
      'llama.block_count': u32(1),
      'llama.context_length': u32(64),
      'llama.embedding_length': u32(8),
      'llama.feed_forward_length': u32(4),
      'llama.attention.head_count': u32(2),
      'llama.attention.layer_norm_rms_epsilon': { f32: 1e-5 },
      'llama.rope.freq_base': { f32: 10_000 },
      'tokenizer.ggml.model': kind,
      ...(kind === 'gpt2' ? { 'tokenizer.ggml.pre': 'smollm' } : {}),
      'tokenizer.ggml.tokens': spelled,
      'tokenizer.ggml.token_type': spelled.map((_, i) => ({ i32: i === 0 ? 2 : i < 3 ? 3 : 1 })),
      ...(kind === 'gpt2' ? { 'tokenizer.ggml.merges': ['a b', 'c d'] } : { 'tokenizer.ggml.scores': scores }),
      'tokenizer.ggml.unknown_token_id': u32(0),
      'tokenizer.ggml.bos_token_id': u32(1),
      'tokenizer.ggml.eos_token_id': u32(2),
    },
    tensors: [
      { name: 'token_embd.weight', lengths: [8, 14] },
      { name: 'blk.0.attn_q.weight', lengths: [8, 8], type: 1, bytes: 128 },
      { name: 'blk.0.attn_k.weight', lengths: [8, 8], type: 30, bytes: 128 },
      { name: 'blk.0.ffn_down.weight', lengths: [32, 2], type: 8, bytes: 68 },
    ],
  });
}

/** tokenizer.json of the four kinds of model. */
export const bpe = {
  version: '1.0',
  added_tokens: [
    { id: 6, content: '<|end|>', special: true, normalized: false, single_word: false, lstrip: false, rstrip: false },
  ],
  normalizer: {
    type: 'Sequence',
    normalizers: [{ type: 'NFC' }, { type: 'Replace', pattern: { String: '_' }, content: ' ' }],
  },
  pre_tokenizer: {
    type: 'Sequence',
    pretokenizers: [
      { type: 'Digits', individual_digits: true },
      { type: 'Split', pattern: { Regex: ' ?\\p{L}+|\\s+(?!\\S)|\\s+' }, behavior: 'Isolated', invert: false },
      { type: 'ByteLevel', add_prefix_space: false, trim_offsets: false, use_regex: false },
    ],
  },
  post_processor: {
    type: 'TemplateProcessing',
    single: [{ Sequence: { id: 'A', type_id: 0 } }],
    pair: [],
    special_tokens: {},
  },
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
export const words = {
  added_tokens: [
    { id: 2, content: '<eos>' },
    { id: 3, content: '<pad>' },
  ],
  pre_tokenizer: { type: 'WhitespaceSplit' },
  model: { type: 'WordLevel', vocab: { a: 0, b: 1, '<eos>': 2, '<pad>': 3 } },
};
export const unigram = {
  added_tokens: [],
  normalizer: { type: 'Prepend', prepend: '▁' },
  pre_tokenizer: { type: 'Metaspace', replacement: '▁', prepend_scheme: 'first' },
  post_processor: null,
  decoder: {
    type: 'Sequence',
    decoders: [
      { type: 'Metaspace', replacement: '▁' },
      { type: 'ByteFallback' },
      { type: 'Fuse' },
      { type: 'Strip', content: ' ', start: 1, stop: 0 },
    ],
  },
  model: {
    type: 'Unigram',
    unk_id: 0,
    vocab: [
      ['<unk>', 0],
      ['▁', -1],
      ['a', -1.5],
      ['b', -2],
      ['▁ab', -3],
      ['</s>', 0],
    ],
  },
};
export const pieces = {
  ...bpe,
  normalizer: {
    type: 'BertNormalizer',
    clean_text: true,
    handle_chinese_chars: true,
    lowercase: true,
    strip_accents: null,
  },
  pre_tokenizer: { type: 'Punctuation', behavior: 'Isolated' },
  decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
  model: {
    type: 'WordPiece',
    unk_token: '[UNK]',
    continuing_subword_prefix: '##',
    max_input_chars_per_word: 100,
    vocab: { '[UNK]': 0, a: 1, '##b': 2, ' ': 3 },
  },
};

/** What results.json has of a dataset, and of an evaluation. */
export const ESTIMATE = { value: 0.5, low: 0.4, high: 0.6 };
export const DATASET = {
  ...{
    name: 'x',
    pinned: 'x',
    leftOut: null,
    avg: ESTIMATE,
    pass: [{ k: 1, ...ESTIMATE }],
    maj: [{ k: 1, ...ESTIMATE }],
  },
  problems: [{ problem: 'a', avg: ESTIMATE, maj: 1, right: 1, truncated: 0, unanswered: 0 }],
  ...{ samples: 2, tokens: 10, truncated: 0, unanswered: 0, cutWithoutAnswer: 0, overlap: null },
};
export const OWN = {
  ...{ version: '1', complete: true, datasets: { x: DATASET } },
  settings: { samples: 2, temperature: 1, topP: 1, maxNewTokens: 8, seed: 0, adapter: null },
};
