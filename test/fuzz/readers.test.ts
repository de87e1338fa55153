/**
 * 106,000 broken files: what a reader cannot use is a BadInput, what it accepts is right; no other exception, no hang,
 * no read outside the file, no memory out of proportion. Every input follows from its number, so a failure repeats.
 */
import { expect, test } from 'vitest';
import { BadInput } from '../../src/data/errors';
import { parseProblems } from '../../src/data/jsonl-task';
import { Random } from '../../src/data/random';
import { readTokenizer } from '../../src/data/tokenizer';
import { twoCards } from '../../src/data/two-cards/task';
import { openGguf } from '../../src/model/gguf/file';
import { openSafetensors } from '../../src/model/safetensors-file';
import type { TensorCatalog } from '../../src/model/stored-tensor';
import { countingBytes, fixtureBytes, ggufFile, utf8 } from '../setup/checkpoints';
import { mutateBytes, mutateJson, mutateText } from './mutate';

const TIME_LIMIT = 120_000; // a guard; all four take some 30 s on one core
const SLOWEST = 1500; // ms for one input of a few kB, garbage collection included
const MEMORY = 700 * 2 ** 20; // growth of the process over one test, garbage included

/** Runs `attempt` on numbered inputs; gives how many were accepted. `attempt` throws Error where an answer is wrong. */
async function fuzz(count: number, attempt: (random: Random, i: number) => Promise<void>): Promise<number> {
  let accepted = 0;
  const before = process.resourceUsage().maxRSS;
  for (let i = 0; i < count; i++) {
    const start = performance.now();
    try {
      await attempt(new Random(99, i), i);
      accepted++;
    } catch (error) {
      if (!(error instanceof BadInput)) throw new Error(`input ${i}: ${(error as Error).stack}`);
    }
    const took = performance.now() - start;
    if (took > SLOWEST) throw new Error(`input ${i} took ${Math.round(took)} ms`);
  }
  const grown = (process.resourceUsage().maxRSS - before) * 1024;
  if (grown > MEMORY) throw new Error(`the process grew by ${Math.round(grown / 2 ** 20)} MB`);
  return accepted;
}

const check = (right: boolean, what: string) => {
  if (!right) throw new Error(what);
};

/** Every tensor has the rows that its shape says, from bytes of the file that no other tensor has. */
async function checkTensors(tensors: TensorCatalog, size: number): Promise<void> {
  let bytes = 0;
  for (const { name, shape, rows, bytes: own } of tensors.values()) {
    const values = await rows(0, shape[0] ?? 1);
    check(values.length === shape.reduce((n, d) => n * d, 1), `${name} has ${values.length} values`);
    bytes += own;
  }
  check(bytes <= size, `tensors take ${bytes} bytes of ${size}`);
}

test('safetensors', { timeout: TIME_LIMIT }, async () => {
  const header = {
    __metadata__: { format: 'pt' },
    a: { dtype: 'F32', shape: [2, 3], data_offsets: [0, 24] },
    b: { dtype: 'BF16', shape: [5], data_offsets: [24, 34] },
    c: { dtype: 'F16', shape: [], data_offsets: [34, 36] },
    d: { dtype: 'F16', shape: [0, 7], data_offsets: [36, 36] },
  };
  const data = Uint8Array.from({ length: 36 }, (_, i) => (i * 37) % 251);
  const file = (json: string) => {
    const text = utf8(json);
    const bytes = new Uint8Array(8 + text.length + data.length);
    new DataView(bytes.buffer).setUint32(0, text.length, true);
    bytes.set(text, 8);
    bytes.set(data, 8 + text.length);
    return bytes;
  };
  const whole = file(JSON.stringify(header));
  const accepted = await fuzz(30_000, async (random, i) => {
    const bytes = i % 2 === 0 ? mutateBytes(whole, random) : file(JSON.stringify(mutateJson(header, random)) ?? '');
    const tensors = await openSafetensors(countingBytes(bytes));
    await checkTensors(tensors, bytes.length);
    check([...tensors.values()].reduce((n, t) => n + t.bytes, 0) <= 36 + whole.length, 'more data than there are');
  });
  expect(accepted).toBeGreaterThan(1000); // names, metadata and data may be anything
});

const spelled = '<unk> <s> </s> ▁ a b c d e f ab cd ▁ab abcd'.split(' ');

function smallGguf(kind: 'llama' | 'gpt2'): Uint8Array<ArrayBuffer> {
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

test('GGUF', { timeout: TIME_LIMIT }, async () => {
  const seeds = [smallGguf('llama'), smallGguf('gpt2'), fixtureBytes('gguf', 'llama.gguf')];
  for (const seed of seeds) await openGguf(countingBytes(seed)); // unbroken, they are accepted
  const accepted = await fuzz(30_000, async (random, i) => {
    const seed = seeds[i % 3];
    // Half of the faults keep to a few bytes, so that most of the file still makes sense.
    const from = random.below(seed.length - 64);
    const part = i % 2 === 0 ? mutateBytes(seed.subarray(from, from + 64), random) : mutateBytes(seed, random);
    const bytes =
      i % 2 === 0 ? new Uint8Array([...seed.subarray(0, from), ...part, ...seed.subarray(from + 64)]) : part;
    const { config, tensors, tokenizerFiles } = await openGguf(countingBytes(bytes));
    await checkTensors(tensors, bytes.length);
    check(tensors.get('model.embed_tokens.weight')?.shape[0] === config.vocab_size, 'vocab_size');
    const tokenizer = await readTokenizer(
      tokenizerFiles.get('tokenizer.json') ?? '',
      'x',
      tokenizerFiles.get('tokenizer_config.json'),
    );
    const ids = tokenizer.encode('ab abcd');
    check(
      ids.every((id) => id < tokenizer.vocabSize),
      `ids ${ids}`,
    );
  });
  expect(accepted).toBeGreaterThan(300);
});

const bpe = {
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
const words = {
  added_tokens: [
    { id: 2, content: '<eos>' },
    { id: 3, content: '<pad>' },
  ],
  pre_tokenizer: { type: 'WhitespaceSplit' },
  model: { type: 'WordLevel', vocab: { a: 0, b: 1, '<eos>': 2, '<pad>': 3 } },
};
const unigram = {
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
const pieces = {
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

test('tokenizer.json', { timeout: TIME_LIMIT }, async () => {
  const seeds: [object, object][] = [
    [bpe, { eos_token: '<|end|>' }],
    [words, {}],
    [unigram, { eos_token: '</s>', pad_token: { content: '<unk>' } }],
    [pieces, { eos_token: '[UNK]' }],
  ];
  const texts = ['', 'ab ab  12 <|end|>b', 'a b <eos>', '日本 😀\n'];
  const accepted = await fuzz(30_000, async (random, i) => {
    const [file, config] = seeds[i % 4];
    let text = JSON.stringify(i % 8 < 6 ? mutateJson(file, random) : file) ?? '';
    if (i % 8 >= 6) text = mutateText(text, random);
    const configText = JSON.stringify(i % 16 < 14 ? config : mutateJson(config, random));
    const tokenizer = await readTokenizer(text, 'tokenizer.json', configText);
    check(
      Number.isSafeInteger(tokenizer.vocabSize) && tokenizer.vocabSize <= 2 ** 24,
      `vocabSize ${tokenizer.vocabSize}`,
    );
    check(tokenizer.eosId < tokenizer.vocabSize && tokenizer.padId < tokenizer.vocabSize, 'eos or pad outside');
    check(typeof tokenizer.token(tokenizer.eosId) === 'string', 'the end token has no text');
    for (const line of texts) checkIds(tokenizer, line);
  });
  expect(accepted).toBeGreaterThan(3000);
});

/** Ids exist and decode to text, or the text is refused. */
function checkIds(tokenizer: Awaited<ReturnType<typeof readTokenizer>>, line: string): void {
  let ids: number[];
  try {
    ids = tokenizer.encode(line);
  } catch (error) {
    if (error instanceof BadInput) return;
    throw error;
  }
  check(
    ids.every((id) => Number.isInteger(id) && id >= 0 && id < tokenizer.vocabSize),
    `${JSON.stringify(line)}: ${ids}`,
  );
  check(typeof tokenizer.decode(ids) === 'string', 'decodes to no text');
}

test('JSONL problems', { timeout: TIME_LIMIT }, async () => {
  const problems = twoCards.generate({ split: 'train', count: 3, seed: 5, minDepth: 1 });
  const lines = problems.map(({ id, solution, answer, facts }) => ({
    id,
    cards: facts.cards,
    target: facts.target,
    solution,
    answer,
  }));
  const whole = lines.map((line) => JSON.stringify(line)).join('\n');
  const accepted = await fuzz(16_000, async (random, i) => {
    const text =
      i % 2 === 0
        ? new TextDecoder().decode(mutateBytes(utf8(whole), random))
        : lines.map((line) => JSON.stringify(mutateJson(line, random))).join('\n');
    const read = parseProblems(text, 'x.jsonl');
    check(read.length <= text.split('\n').length, 'more problems than lines');
    check(new Set(read.map((p) => p.id)).size === read.length, 'ids are not unique');
    for (const { answer, facts } of read) {
      const [a, b] = answer.trim().split(/\s+/).map(Number);
      check(
        (facts.cards as number[]).includes(a) && (facts.cards as number[]).includes(b),
        `${answer} is no pair of cards`,
      );
      check(a + b === facts.target, `${answer} does not sum to ${facts.target}`);
    }
  });
  expect(accepted).toBeGreaterThan(200);
});
