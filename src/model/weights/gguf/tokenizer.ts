/**
 * The tokenizer that a GGUF file carries, as the tokenizer.json and tokenizer_config.json that Hugging Face's libraries
 * read. Two kinds: "gpt2", byte-level BPE whose splitting into words the file only names, and "llama", SentencePiece's
 * BPE, which keeps scores instead of merges.
 */
import { BOUNDS } from '../../../data/bounds';
import { Fields } from './fields';
import type { Metadata } from './header';
import { type PreTokenizer, preTokenizer } from './pre-tokenizers';
import { endIds, specialId } from './special-tokens';

type Json = Record<string, unknown>;

/** llama.cpp's kinds of tokens. */
const UNKNOWN = 2;
const CONTROL = 3;
const USER_DEFINED = 4;

interface Vocabulary {
  readonly tokens: readonly string[];
  readonly idOf: ReadonlyMap<string, number>;
  readonly types: readonly number[];
}

/**
 * tokenizer.json and tokenizer_config.json by name; none where the file has no vocabulary. Throws BadInput naming the key
 * that cannot be used.
 */
export function ggufTokenizerFiles(metadata: Metadata, where: string): Map<string, string> {
  const fields = new Fields(metadata, where);
  if (['no_vocab', 'none', undefined].includes(metadata.get('tokenizer.ggml.model') as string | undefined))
    if (!fields.has('tokenizer.ggml.tokens')) return new Map();
  const kind = fields.text('tokenizer.ggml.model');
  if (kind !== 'gpt2' && kind !== 'llama') {
    fields.refuse(
      `tokenizer.ggml.model = ${JSON.stringify(kind)} is not supported`,
      'Use a model with a byte-level BPE ("gpt2") or SentencePiece BPE ("llama") tokenizer.',
    );
  }
  const vocabulary = readVocabulary(fields);
  const pre = kind === 'gpt2' ? preTokenizer(preNamed(fields), where) : null;
  // what llama.cpp does where the file is silent
  const bosByDefault = pre === null || pre.ignoreMerges;
  const ends = {
    bos: fields.flag('tokenizer.ggml.add_bos_token', bosByDefault) ? named(fields, vocabulary, 'bos') : null,
    eos: fields.flag('tokenizer.ggml.add_eos_token', false) ? named(fields, vocabulary, 'eos') : null,
  };
  const parts = pre === null ? sentencePiece(fields, vocabulary) : byteLevel(fields, vocabulary, pre);
  const json = {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: addedTokens(fields, vocabulary),
    ...parts,
    post_processor: template(ends, vocabulary),
  };
  return new Map([
    ['tokenizer.json', JSON.stringify(json)],
    ['tokenizer_config.json', JSON.stringify(configJson(fields, vocabulary, ends), null, 2)],
  ]);
}

/** What is to be known of a file that leaves out how its texts are cut; null of most. */
export function ggufTokenizerWarning(metadata: Metadata): string | null {
  if (metadata.get('tokenizer.ggml.model') !== 'gpt2' || metadata.get('tokenizer.ggml.pre')) return null;
  return 'The GGUF file does not say how its texts are cut into words (tokenizer.ggml.pre): llama.cpp’s default is taken, and tokens may be others than the model was trained on. A file that was converted after April 2024 says it.';
}

/** Files of before April 2024 do not say it; llama.cpp then takes its default. */
const preNamed = (fields: Fields): string =>
  fields.has('tokenizer.ggml.pre') ? fields.text('tokenizer.ggml.pre') || 'default' : 'default';

function readVocabulary(fields: Fields): Vocabulary {
  // Padding may come without a text; llama.cpp gives it one, too.
  const tokens = fields.texts('tokenizer.ggml.tokens').map((token, id) => token || `[EMPTY_${id}]`);
  const types = fields.has('tokenizer.ggml.token_type') ? fields.numbers('tokenizer.ggml.token_type') : [];
  if (tokens.length === 0) fields.refuse('tokenizer.ggml.tokens is empty');
  if (types.length !== 0 && types.length !== tokens.length)
    fields.refuse(`tokenizer.ggml.token_type has ${types.length} entries for ${tokens.length} tokens`);
  const idOf = new Map<string, number>();
  tokens.forEach((token, id) => {
    if (idOf.has(token))
      fields.refuse(`Token ${id} of tokenizer.ggml.tokens is ${JSON.stringify(token)}, as is token ${idOf.get(token)}`);
    idOf.set(token, id);
  });
  return { tokens, idOf, types };
}

/** Byte-level BPE. */
function byteLevel(fields: Fields, { tokens }: Vocabulary, pre: PreTokenizer): Json {
  const { splits, normalizer, ignoreMerges } = pre;
  const plain = { add_prefix_space: false, trim_offsets: false };
  const merges = fields.texts('tokenizer.ggml.merges').map((merge) => {
    const space = merge.indexOf(' ', 1); // a half may begin with a space in vocabularies that are not byte-level
    if (space < 0) fields.refuse(`${JSON.stringify(merge)} of tokenizer.ggml.merges is no pair`);
    return [merge.slice(0, space), merge.slice(space + 1)];
  });
  return {
    normalizer: normalizer === null ? null : { type: normalizer },
    pre_tokenizer: {
      type: 'Sequence',
      pretokenizers: [
        ...splits.map((Regex) => ({ type: 'Split', pattern: { Regex }, behavior: 'Isolated', invert: false })),
        { type: 'ByteLevel', ...plain, use_regex: false },
      ],
    },
    decoder: { type: 'ByteLevel', ...plain, use_regex: true },
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: ignoreMerges,
      vocab: vocabJson(tokens),
      merges,
    },
  };
}

/** SentencePiece's BPE: spaces become ▁, characters without a token become bytes <0x0A>. */
function sentencePiece(fields: Fields, vocabulary: Vocabulary): Json {
  if (fields.flag('tokenizer.ggml.remove_extra_whitespaces', false))
    fields.refuse('tokenizer.ggml.remove_extra_whitespaces is not supported');
  const prefixed = fields.flag('tokenizer.ggml.add_space_prefix', true);
  const space = { String: ' ' };
  const block = { String: '▁' };
  return {
    normalizer: {
      type: 'Sequence',
      normalizers: [
        ...(prefixed ? [{ type: 'Prepend', prepend: '▁' }] : []),
        { type: 'Replace', pattern: space, content: '▁' },
      ],
    },
    pre_tokenizer: null,
    decoder: {
      type: 'Sequence',
      decoders: [
        { type: 'Replace', pattern: block, content: ' ' },
        { type: 'ByteFallback' },
        { type: 'Fuse' },
        ...(prefixed ? [{ type: 'Strip', content: ' ', start: 1, stop: 0 }] : []),
      ],
    },
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: named(fields, vocabulary, 'unknown'),
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: true,
      byte_fallback: true,
      ignore_merges: false,
      vocab: vocabJson(vocabulary.tokens),
      merges: mergesOf(fields, vocabulary),
    },
  };
}

/**
 * The merges that the scores stand for: every way to join two tokens to a third, best result first. The order among the
 * ways to the same token is that of transformers' converter.
 */
function mergesOf(fields: Fields, { tokens, idOf }: Vocabulary): [string, string][] {
  const scores = fields.numbers('tokenizer.ggml.scores');
  if (scores.length !== tokens.length || scores.some(Number.isNaN))
    fields.refuse(`tokenizer.ggml.scores must give ${tokens.length} numbers`);
  const found: { left: number; right: number; whole: number }[] = [];
  tokens.forEach((token, whole) => {
    const ways: typeof found = [];
    const units = Array.from(token, (c) => c.length); // never cut between the two halves of a character
    if (units.length > BOUNDS.ggufPiece) fields.refuse(`Token ${whole} has ${units.length} characters`);
    for (let i = 0, at = 0; i < units.length - 1; i++) {
      at += units[i];
      const left = idOf.get(token.slice(0, at));
      const right = left === undefined ? undefined : idOf.get(token.slice(at));
      if (left !== undefined && right !== undefined) ways.push({ left, right, whole });
    }
    ways.sort((a, b) => descending(scores[a.left], scores[b.left]) || descending(scores[a.right], scores[b.right]));
    for (const way of ways) found.push(way);
  });
  found.sort((a, b) => descending(scores[a.whole], scores[b.whole]));
  return found.map(({ left, right }) => [tokens[left], tokens[right]]);
}

const descending = (a: number, b: number): number => (a === b ? 0 : a > b ? -1 : 1);

/** Tokens that are found in a text as they stand: by their type, and those with a role whatever their type. */
function addedTokens(fields: Fields, { tokens, types }: Vocabulary): Json[] {
  const added: Json[] = [];
  const roles = new Set([...endIds(fields), specialId(fields, 'bos')]);
  tokens.forEach((_, id) => {
    const type = roles.has(id) ? CONTROL : types[id];
    if (type !== UNKNOWN && type !== CONTROL && type !== USER_DEFINED) return;
    const special = type !== USER_DEFINED;
    added.push({
      id,
      content: tokens[id],
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special,
    });
  });
  return added;
}

/** The text of the token that tokenizer.ggml.<name>_token_id names, or null; without an end token what ends a turn is it. */
function named(fields: Fields, { tokens }: Vocabulary, name: string): string | null {
  const id = specialId(fields, name) ?? (name === 'eos' ? (endIds(fields)[0] ?? null) : null);
  return id === null ? null : tokens[id];
}

type Ends = { readonly bos: string | null; readonly eos: string | null };

function template({ bos, eos }: Ends, { idOf }: Vocabulary): Json | null {
  if (bos === null && eos === null) return null;
  const sequence = (id: 'A' | 'B', type_id: number) => [
    ...(bos === null ? [] : [{ SpecialToken: { id: bos, type_id } }]),
    { Sequence: { id, type_id } },
    ...(eos === null ? [] : [{ SpecialToken: { id: eos, type_id } }]),
  ];
  const special = [...new Set([bos, eos])].filter((t) => t !== null);
  return {
    type: 'TemplateProcessing',
    single: sequence('A', 0),
    pair: [...sequence('A', 0), ...sequence('B', 1)],
    special_tokens: Object.fromEntries(special.map((id) => [id, { id, ids: [idOf.get(id)], tokens: [id] }])),
  };
}

function configJson(fields: Fields, vocabulary: Vocabulary, { bos, eos }: Ends): Json {
  const chat = fields.metadata.get('tokenizer.chat_template');
  const tokens = { bos: 'bos', eos: 'eos', pad: 'padding', unk: 'unknown' };
  return {
    tokenizer_class: 'PreTrainedTokenizerFast',
    clean_up_tokenization_spaces: false,
    add_bos_token: bos !== null,
    add_eos_token: eos !== null,
    ...Object.fromEntries(
      Object.entries(tokens).map(([role, name]) => [`${role}_token`, named(fields, vocabulary, name)]),
    ),
    ...(typeof chat === 'string' ? { chat_template: chat } : {}),
  };
}

/** A null prototype, so that a token called __proto__ is one like any other. */
function vocabJson(tokens: readonly string[]): Record<string, number> {
  const vocab: Record<string, number> = Object.create(null);
  tokens.forEach((token, id) => {
    vocab[token] = id;
  });
  return vocab;
}
