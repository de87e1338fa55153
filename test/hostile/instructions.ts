/** Instructions in the files of a model that would take for ever, or fill the memory: of its tokenizer, and of its chat template. */

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

interface HostileTokenizer {
  readonly id: string;
  readonly what: string;
  /** What of the file is another. */
  readonly changed: object;
  /** The number of tokens of the text, or what is said of the file. */
  readonly outcome: number | RegExp;
  readonly text: string;
}

type Row = [id: string, what: string, changed: object, outcome: number | RegExp, text?: string];

/** Tokenizers that are a good one but for what is said here. */
export function hostileTokenizers(good: { added_tokens: unknown[] }): HostileTokenizer[] {
  const rows: Row[] = [
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
        added_tokens: [...good.added_tokens, token(900, `${'a'.repeat(50)}!`, { special: false, normalized: true })],
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
          ...good.added_tokens,
          ...Array.from({ length: 20_000 }, (_, i) => token(1000 + i, 'a'.repeat(100) + i)),
        ],
      },
      20_001,
    ],
    [
      'long token',
      'an added token of a million letters',
      { added_tokens: [...good.added_tokens, token(900, 'a'.repeat(1e6))] },
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
  return rows.map(([id, what, changed, outcome, text = LETTERS]) => ({ id, what, changed, outcome, text }));
}

const STEPS = /too many steps/;
const LARGE = /a value of more than|is too long|makes .* parts/;
const doubled = (times: number, name = 's') => `{% set ${name} = ${name} ~ ${name} %}`.repeat(times);
const megabyte = `{% set s = 'abcdefghijklmnop' %}${doubled(16)}`;
const list = (times: number) => `{% set a = [1, 2] %}${'{% set a = a + a %}'.repeat(times)}`;

/** A template, and what is said of it; a text where it is fine. */
export const HOSTILE_TEMPLATES: readonly [id: string, what: string, source: string, outcome: RegExp | string][] = [
  ['range', 'a range of 10⁹', '{% for i in range(1000000000) %}{% endfor %}', /a range of 1000000000 numbers/],
  ['endless range', 'a range without end', '{% for i in range(0, 5, 0) %}{% endfor %}', /step must not be zero/],
  ['infinite range', 'a range to infinity', '{% for i in range(0, 1e308 * 10) %}{% endfor %}', /The chat template/],
  [
    'nested loops',
    'five loops of 1,000 in each other',
    `${'{% for i in range(1000) %}'.repeat(5)}x${'{% endfor %}'.repeat(5)}`,
    STEPS,
  ],
  [
    'empty loops',
    'loops of 30,000 that do nothing',
    `{% for i in range(1000) %}{% for j in range(30000) %}{% endfor %}{% endfor %}`,
    STEPS,
  ],
  ['doubled text', 'a text doubled forty times', `{% set s = 'x' %}${doubled(40)}{{ s }}`, LARGE],
  ['doubled by +', 'the same with +', `{% set s = 'x' %}${'{% set s = s + s %}'.repeat(40)}`, LARGE],
  ['doubled list', 'a list doubled forty times', list(40), LARGE],
  [
    'list of lists',
    'a list of two times the last one, forty times',
    `{% set a = [1] %}${'{% set a = [a, a] %}'.repeat(40)}{{ a | tojson }}`,
    LARGE,
  ],
  [
    'deep list',
    'lists in lists, 100 deep',
    `{% set a = [1] %}${'{% set a = [a] %}'.repeat(100)}{{ a }}`,
    /more than 64 deep/,
  ],
  [
    'dict of dicts',
    'the same with dicts',
    `{% set a = {'k': 1} %}${"{% set a = {'k': a, 'l': a} %}".repeat(40)}{{ a }}`,
    LARGE,
  ],
  [
    'namespaces',
    'namespaces in namespaces',
    '{% set a = namespace(x=1) %}{% set b = namespace(x=1) %}{% set b.l = a %}{% set b.r = a %}',
    /a namespace in another value/,
  ],
  [
    'round namespace',
    'a namespace in itself',
    '{% set a = namespace(x=1) %}{% set a.a = a %}{{ a }}',
    /a namespace in another value/,
  ],
  ['replace', 'a text put around every letter', `${megabyte}{{ s | replace('', s) }}`, LARGE],
  ['replace method', 'the same as a method', `${megabyte}{{ s.replace('', s) }}`, LARGE],
  [
    'replace by another way',
    'the method in a variable',
    `${megabyte}{% set f = s.replace %}{{ f('', s) }}`,
    /a method \(replace\) that is not called/,
  ],
  [
    'replace by a made name',
    'the method by a name that is made',
    `${megabyte}{% set n = 'rep' ~ 'lace' %}{{ s[n]('', s) }}`,
    /a method .* that is not called/,
  ],
  [
    'replace block',
    'the filter as a block',
    `${megabyte}{% filter replace('', s) %}{{ s }}{% endfilter %}`,
    /a block of the filter/,
  ],
  ['join', 'a long separator', `${megabyte}${list(13)}{{ a | join(s) }}`, LARGE],
  ['join method', 'the same as a method', `${megabyte}${list(13)}{{ s.join(a) }}`, LARGE],
  [
    'split',
    'a text of a million parts',
    `${megabyte}{{ s.split('a') | length }}{{ s.replace('a', 'a a a').split('a') | length }}{{ s.replace('b', 'aa').replace('c', 'aa').split('a') | length }}`,
    LARGE,
  ],
  ['indent', 'an indent of 10⁹', "{{ 'a\\nb' | indent(1000000000) }}", /an indent or separator is too large/],
  [
    'indent by name',
    'the same by name',
    "{{ 'a\\nb' | indent(width=1000000000) }}",
    /an indent or separator is too large/,
  ],
  ['indent unpacked', 'the same unpacked', "{{ 'a\\nb' | indent(*[1000000000]) }}", /indent with unpacked/],
  ['tojson', 'JSON indented by 10⁹', '{{ [[1]] | tojson(indent=1000000000) }}', /an indent or separator is too large/],
  [
    'tojson separators',
    'long separators',
    `${megabyte}{{ [1, 2] | tojson(separators=(s, s)) }}`,
    /an indent or separator is too large/,
  ],
  ['slices', 'slices of a long text', `${megabyte}{% for i in range(10000) %}{% set t = s[::-1] %}{% endfor %}`, STEPS],
  [
    'upper',
    'capitals of a long text, again and again',
    `${megabyte}{% for i in range(10000) %}{% set t = s.upper() %}{% endfor %}`,
    STEPS,
  ],
  [
    'in',
    'a search in a long text, again and again',
    `${megabyte}{% for i in range(10000) %}{% if 'zz' in s %}{% endif %}{% endfor %}`,
    STEPS,
  ],
  [
    'compare',
    'a list compared with a text',
    `${list(13)}{% for i in range(10000) %}{% if a == 'x' %}{% endif %}{% endfor %}`,
    STEPS,
  ],
  [
    'sort',
    'a long list sorted, again and again',
    `${list(13)}{% for i in range(10000) %}{% set b = a | sort %}{% endfor %}`,
    STEPS,
  ],
  [
    'items',
    'the pairs of a dict, again and again',
    `{% set d = {${Array.from({ length: 500 }, (_, i) => `'k${i}': 1`).join(',')}} %}{% for i in range(30000) %}{% set b = d.items() %}{% endfor %}`,
    STEPS,
  ],
  [
    'recursion',
    'a macro that calls itself',
    '{% macro m(n) %}{{ m(n + 1) }}{% endmacro %}{{ m(0) }}',
    /nested more than|lie too deep/,
  ],
  [
    'forking recursion',
    'one that calls itself twice, 60 deep',
    '{% macro m(n) %}{% if n %}{{ m(n - 1) }}{{ m(n - 1) }}{% endif %}{% endmacro %}{{ m(60) }}',
    STEPS,
  ],
  [
    'macros in a loop',
    'a long macro defined again and again',
    `{% for i in range(30000) %}{% macro m() %}${'{{ 1 }}'.repeat(2000)}{% endmacro %}{% endfor %}`,
    STEPS,
  ],
  ['brackets', '200,000 brackets', `{{ ${'('.repeat(200_000)}1${')'.repeat(200_000)} }}`, /The chat template/],
  [
    'ifs',
    '20,000 ifs in each other',
    `${'{% if true %}'.repeat(20_000)}x${'{% endif %}'.repeat(20_000)}`,
    /The chat template/,
  ],
  ['terms', 'a sum of 100,000 terms', `{{ 1${' + 1'.repeat(100_000)} }}`, /The chat template/],
  ['filters', '10,000 filters in a row', `{{ 'x'${' | upper'.repeat(10_000)} }}`, /The chat template/],
  ['size', 'a template of 50 MB', 'x'.repeat(50e6), /it has 50000000 characters/],
  ['white space', 'a megabyte of white space', ' '.repeat(1e6), /white space characters in a row/],
  ['comment without end', 'a comment of a megabyte without an end', `{#${'x'.repeat(1e6)}`, /end of comment/],
  ['unpacked', 'a call with 16,384 arguments', `${list(13)}{{ range(*a) | length }}`, '1'],
];
