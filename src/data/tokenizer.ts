/**
 * Hugging Face tokenizer.json files behind the Tokenizer interface. The word-level kind (one token a word, split at
 * white space: what the nano task ships) is read here; every other kind goes to the ecosystem's library, which is
 * loaded only then.
 */

import { AddedTokenSplitter, tokenText, withTokensMap } from './added-tokens';
import { breath } from './breath';
import { BadInput } from './errors';
import { addedTokens } from './tokenizer-file';
import type { SpecialTokens, Tokenizer } from './types';

/** The parts of tokenizer.json that the word-level kind uses. */
interface WordLevelFile {
  model: { type: 'WordLevel'; vocab: Record<string, number> };
  added_tokens?: unknown;
  pre_tokenizer?: { type: string; pattern?: { Regex?: string } } | null;
}

/** Words, numbers and signs, each with the blank before it: how the second word-level layout cuts a text. */
const SPACED = / ?[A-Za-z]+| ?[0-9]+| ?[^\sA-Za-z0-9]/g;

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What lies beside tokenizer.json and says more. */
export interface TokenizerSetting {
  /** special_tokens_map.json. */
  readonly map?: string;
  /** The end token's id in the model's configuration: for tokenizers that name none. */
  readonly eosId?: number;
}

/**
 * Reads tokenizer.json; `where` names the file in errors. `configText` is tokenizer_config.json, which says the end and
 * padding tokens of kinds other than word-level.
 */
export async function readTokenizer(
  text: string,
  where: string,
  configText?: string,
  { map, eosId }: TokenizerSetting = {},
): Promise<Tokenizer> {
  const file = parseObject(text, where);
  const own = configText === undefined ? {} : parseObject(configText, 'tokenizer_config.json');
  const config = map === undefined ? own : withTokensMap(own, parseObject(map, 'special_tokens_map.json'));
  const named = { eos: tokenText(config.eos_token), pad: tokenText(config.pad_token), eosId };
  if (isWordLevel(file)) return wordLevelTokenizer(file, where, named);
  await breath();
  const { libraryTokenizer } = await import('./library-tokenizer');
  return libraryTokenizer(file, config, where, named);
}

/** The tokens in the order of their ids. Throws BadInput where these are not the numbers from 0, each once. */
function byId(idOf: ReadonlyMap<string, number>, where: string): string[] {
  const tokens: string[] = [];
  for (const [token, id] of idOf) {
    if (!Number.isInteger(id) || id < 0 || id >= idOf.size || tokens[id] !== undefined) {
      throw new BadInput(
        `token "${token}" has the id ${id}`,
        where,
        `Ids must be the numbers 0 to ${idOf.size - 1}, each once.`,
      );
    }
    tokens[id] = token;
  }
  return tokens;
}

/** A word-level tokenizer from a parsed tokenizer.json. Its end and padding tokens are `<eos>` and `<pad>` unless named. */
export function wordLevelTokenizer(file: unknown, where: string, named: Partial<SpecialTokens> = {}): Tokenizer {
  if (!isWordLevel(file)) {
    throw new BadInput('not a word-level tokenizer', where, 'model.type must be "WordLevel" with a vocab object.');
  }
  const { type, pattern } = file.pre_tokenizer ?? {};
  const spaced = type === 'Split' && pattern?.Regex === SPACED.source;
  if (type !== 'WhitespaceSplit' && !spaced) {
    throw new BadInput(
      'word-level tokenizer with another pre_tokenizer',
      where,
      `Only "WhitespaceSplit" and "Split" by ${SPACED.source} are supported.`,
    );
  }
  const added = addedTokens(file.added_tokens, (what) => {
    throw new BadInput(what, where, 'Copy the file again from its source.');
  });
  const idOf = new Map(Object.entries(file.model.vocab));
  for (const { content, id } of added) idOf.set(content, id);
  const tokens = byId(idOf, where);
  const required = (token: string) => {
    const id = idOf.get(token);
    if (id === undefined) throw new BadInput(`the vocabulary lacks ${token}`, where, 'Add it to model.vocab.');
    return id;
  };
  const eosId = required(named.eos ?? '<eos>');
  // added tokens are recognised inside a word too, as the library does: "3<eos>" is two tokens
  const inWord = new AddedTokenSplitter(added.map((token) => [token.content, token]));

  return {
    vocabSize: tokens.length,
    eosId,
    endIds: [eosId],
    padId: required(named.pad ?? '<pad>'),
    encode(text) {
      const words = spaced
        ? inWord.split(text).flatMap((part) => (idOf.has(part) ? [part] : spacedWords(part)))
        : text.split(/\s+/).flatMap((word) => inWord.split(word));
      return words
        .filter((word) => word !== '')
        .map((word) => {
          const id = idOf.get(word);
          if (id === undefined) {
            throw new BadInput(`"${word.trim()}" is not in the vocabulary`, where, `It knows ${sample(tokens)}.`);
          }
          return id;
        });
    },
    decode(ids) {
      const known = Array.from(ids, (id) => tokens[id]).filter((token) => token !== undefined);
      return spaced ? known.join('').replace(/^ /, '') : known.join(' ');
    },
    token: (id) => tokens[id] ?? '',
    separator: spaced ? '' : ' ',
  };
}

/** A stretch of text between special tokens, cut into words with the blank before each, the first too. */
const spacedWords = (text: string): string[] => ` ${text.trim().replace(/\s+/g, ' ')}`.match(SPACED) ?? [];

/** Whether a response was ended by the model, not cut. */
export const hasEnded = ({ endIds }: Tokenizer, response: ArrayLike<number>): boolean =>
  endIds.includes(response[response.length - 1]);

/** The same of words with the blank before them: texts read as they are written, "14 + 23 = 37." */
export const spacedWordsJson = (tokens: readonly string[], special: readonly string[]): Record<string, unknown> => ({
  ...wordLevelJson(tokens, special),
  normalizer: {
    type: 'Sequence',
    normalizers: [
      { type: 'Strip', strip_left: true, strip_right: true },
      { type: 'Replace', pattern: { Regex: '\\s+' }, content: ' ' },
      { type: 'Prepend', prepend: ' ' },
    ],
  },
  pre_tokenizer: { type: 'Split', pattern: { Regex: SPACED.source }, behavior: 'Isolated', invert: false },
  decoder: {
    type: 'Sequence',
    decoders: [{ type: 'Fuse' }, { type: 'Strip', content: ' ', start: 1, stop: 0 }],
  },
});

/** The tokenizer.json of a word-level vocabulary: ids are positions; `special` tokens are marked as such. */
export function wordLevelJson(tokens: readonly string[], special: readonly string[]): Record<string, unknown> {
  const asAdded = (content: string) => ({
    id: tokens.indexOf(content),
    content,
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
    special: true,
  });
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: special.map(asAdded),
    normalizer: null,
    pre_tokenizer: { type: 'WhitespaceSplit' },
    post_processor: null,
    decoder: null,
    // unk_token is required by the format; it is not in the vocabulary, so an unknown word is an error, not a token
    model: { type: 'WordLevel', vocab: Object.fromEntries(tokens.map((t, id) => [t, id])), unk_token: '<unk>' },
  };
}

function isWordLevel(file: unknown): file is WordLevelFile {
  return isRecord(file) && isRecord(file.model) && file.model.type === 'WordLevel' && isRecord(file.model.vocab);
}

function parseObject(text: string, where: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new BadInput(`not JSON: ${(error as Error).message}`, where, 'Copy the file again from its source.');
  }
  if (!isRecord(value)) throw new BadInput('not a JSON object', where, 'Copy the file again from its source.');
  return value;
}

const sample = (tokens: readonly string[]) => `${tokens.length} tokens, among them ${tokens.slice(-6).join(' ')}`;
