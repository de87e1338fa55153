/** Files of tokenizers whose own instructions would take for ever, or fill the memory: each ends, with what is right or a word. */
import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import { BadInput } from '../../src/data/errors';
import { readTokenizer } from '../../src/data/tokenizer';
import { type Attempt, attempts } from '../faults/attempts';

const file = new URL('../fixtures/tokenizers/byte-level.tokenizer.json', import.meta.url);
const base = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown> & { added_tokens: unknown[] };

const many = <T>(count: number, one: T): T[] => Array.from({ length: count }, () => one);
const split = (Regex: string) => ({ type: 'Split', pattern: { Regex }, behavior: 'Isolated', invert: false });
const replace = (pattern: object, content: string) => ({ type: 'Replace', pattern, content });
const preTokenizers = (pretokenizers: object[]) => ({ pre_tokenizer: { type: 'Sequence', pretokenizers } });
const normalizers = (list: object[]) => ({ normalizer: { type: 'Sequence', normalizers: list } });
const decoders = (list: object[]) => ({ decoder: { type: 'Sequence', decoders: list } });
const token = (id: number, content: string, more: object = {}) => ({ id, content, special: true, ...more });
const unigram = (vocab: [string, number][]) => ({
  pre_tokenizer: null,
  decoder: null,
  added_tokens: [token(vocab.length, '<|end|>')],
  model: { type: 'Unigram', unk_id: 0, vocab },
});
/** A chain of merges that makes tokens of 2^k letters. */
const doubling = Array.from({ length: 16 }, (_, k) => 'a'.repeat(2 ** k));
const doubledVocab = Object.fromEntries(['!', ...doubling, 'a'.repeat(2 ** 16)].map((text, id) => [text, id]));

const LETTERS = `${'a'.repeat(20_000)}!`;

/** What of the file is another, the text that is encoded, and the number of tokens, or what is said of the file. */
const FILES: [id: string, what: string, file: object, outcome: number | RegExp, text?: string][] = [
  ['nested plus', 'pre-tokenizer (a+)+$', { pre_tokenizer: split('(a+)+$') }, 20_001],
  ['equal branches', 'pre-tokenizer (a|a)*b', { pre_tokenizer: split('(a|a)*b') }, 20_001],
  ['starts that fail', 'pre-tokenizer a*b', { pre_tokenizer: split('a*b') }, 20_001],
  ['looks', 'pre-tokenizer a(?=a*b)', { pre_tokenizer: split('a(?=a*b)') }, 20_001],
  ['counted', 'pre-tokenizer (a{0,50}){0,50}b', { pre_tokenizer: split('(a{0,50}){0,50}b') }, /too many steps/],
  ['states', 'pre-tokenizer (a{1000}){1000}', { pre_tokenizer: split('(a{1000}){1000}') }, /states|too large/],
  [
    'nothing repeated',
    'pre-tokenizer (?:(?:){99999}){99999}',
    { pre_tokenizer: split('(?:(?:){99999}){99999}') },
    /repet/,
  ],
  ['back-reference', 'pre-tokenizer (a*)*\\1b', { pre_tokenizer: split('(a*)*\\1b') }, /back-reference/],
  [
    'long',
    'a pattern of a million letters',
    { pre_tokenizer: split('a'.repeat(1e6)) },
    /a pattern of 1000000 characters/,
  ],
  ['thousand splits', '1,024 pre-tokenizers (a|b)*c', preTokenizers(many(1024, split('(a|b)*c'))), /too many steps/],
  ['more splits', '2,000 pre-tokenizers', preTokenizers(many(2000, split('a'))), /2000 pretokenizers/],
  ['normalizer', 'normalizer (a+)+$', { normalizer: replace({ Regex: '(a+)+$' }, 'x') }, 20_001],
  [
    'normalized token',
    'an added token on which normalizer (a+)+$ runs while the file is read',
    {
      normalizer: replace({ Regex: '(a+)+$' }, 'x'),
      added_tokens: [...base.added_tokens, token(900, `${'a'.repeat(50)}!`, { special: false, normalized: true })],
    },
    19_951,
  ],
  ['doubling', 'sixty times a becomes aa', normalizers(many(60, replace({ Regex: 'a' }, 'aa'))), /too many steps/],
  ['doubling texts', 'the same with a text', normalizers(many(60, replace({ String: 'a' }, 'aa'))), /too many steps/],
  [
    'prefix and suffix',
    'a becomes $`$´: what is before and after it',
    { normalizer: replace({ String: 'a' }, "$`$'") },
    80_001,
  ],
  [
    'long content',
    'a becomes a million letters',
    { normalizer: replace({ String: 'a' }, 'x'.repeat(1e6)) },
    /content of a Replace/,
  ],
  [
    'long prefix',
    'a prefix of a million letters',
    { normalizer: { type: 'Prepend', prepend: 'x'.repeat(1e6) } },
    /prepend of a/,
  ],
  [
    'bytes of bytes',
    'forty times each byte becomes a letter',
    preTokenizers(many(40, { type: 'ByteLevel', add_prefix_space: false, use_regex: false })),
    /too many steps/,
    'é'.repeat(2000),
  ],
  [
    'blanks',
    'a blank becomes 256 letters',
    { pre_tokenizer: { type: 'Metaspace', replacement: '_', str_rep: 'x'.repeat(256) } },
    /too many steps/,
    ' '.repeat(20_000),
  ],
  ['decoder', 'decoder (a+)+$', decoders([{ type: 'Fuse' }, replace({ Regex: '(a+)+$' }, 'x')]), 20_001],
  [
    'doubling decoders',
    'forty decoders that put blanks in',
    decoders(many(40, { type: 'BPEDecoder', suffix: '' })),
    /too many steps/,
  ],
  [
    'templates',
    'a post-processor that says the text 100,000 times',
    {
      post_processor: {
        type: 'TemplateProcessing',
        single: many(1e5, { Sequence: { id: 'A', type_id: 0 } }),
        pair: [],
      },
    },
    20_001,
  ],
  [
    'chain',
    'pieces a, aa, … of up to 500 letters',
    unigram([
      ['<unk>', 0],
      ['!', -1],
      ...Array.from({ length: 500 }, (_, i): [string, number] => ['a'.repeat(i + 1), -1 - i / 1000]),
    ]),
    41,
  ],
  [
    'merges',
    'merges that double, of a word of 20,000 letters',
    {
      pre_tokenizer: null,
      added_tokens: [token(99, '<|end|>')],
      model: { type: 'BPE', vocab: doubledVocab, merges: doubling.map((half) => [half, half]) },
    },
    6,
  ],
  [
    'many tokens',
    '20,000 added tokens that begin alike',
    {
      added_tokens: [
        ...base.added_tokens,
        ...Array.from({ length: 20_000 }, (_, i) => token(1000 + i, 'a'.repeat(100) + i)),
      ],
    },
    20_001,
  ],
  [
    'long token',
    'an added token of a million letters',
    { added_tokens: [...base.added_tokens, token(900, 'a'.repeat(1e6))] },
    /1000000 characters/,
  ],
  [
    'words',
    'WordPiece on words of any length',
    {
      model: {
        type: 'WordPiece',
        unk_token: '!',
        max_input_chars_per_word: 1e9,
        continuing_subword_prefix: '#',
        vocab: { '!': 0, a: 1 },
      },
    },
    /max_input_chars_per_word/,
  ],
];

const rows: Attempt[] = FILES.map(([id, what, changed, outcome, text = LETTERS]) => ({
  id: `tokenizer/${id}`,
  group: 'instructions of a tokenizer.json',
  what,
  expected:
    typeof outcome === 'number' ? `the text has ${outcome} tokens, which can be decoded` : `"${outcome.source}"`,
  gate: true,
  async run() {
    const encode = async () => {
      const read = await readTokenizer(JSON.stringify({ ...base, ...changed }), 'file', '{"eos_token":"<|end|>"}');
      const ids = read.encode(text);
      read.decode(ids);
      return ids.length;
    };
    if (typeof outcome === 'number') expect(await encode()).toBe(outcome);
    else {
      const error = await encode().catch((reason) => reason);
      expect(error).toBeInstanceOf(BadInput);
      expect(error.message).toMatch(outcome);
    }
  },
}));

attempts(rows);
