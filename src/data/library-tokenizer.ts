/** Any tokenizer.json that `@huggingface/tokenizers` reads (BPE, Unigram, WordPiece), behind the Tokenizer interface. */
import { Tokenizer as LibraryTokenizer } from '@huggingface/tokenizers';
import { AddedTokenSplitter, withConfigTokens } from './added-tokens';
import { BOUNDS } from './bounds';
import { breath } from './breath';
import { Effort } from './effort';
import { BadInput, causeOf } from './errors';
import { type AddedToken, checkedTokenizerFile } from './tokenizer-file';
import { boundParts, withoutWork } from './tokens/bounded-parts';
import type { SpecialTokens, Tokenizer } from './types';

type Json = Record<string, unknown>;

/** Steps for each character or token that is given. */
const STEPS_EACH = 256;

/** `file` and `config` are the parsed tokenizer.json and tokenizer_config.json; `where` names the first in errors. */
export async function libraryTokenizer(
  file: Json,
  config: Json,
  where: string,
  named: Partial<SpecialTokens>,
): Promise<Tokenizer> {
  const checked = checkedTokenizerFile(file, where);
  await breath();
  const added = withConfigTokens(checked.added_tokens as AddedToken[], vocabularyOf(checked.model), config);
  const effort = new Effort();
  /** What fails inside the library is the file's fault: it was made for another kind of text, is broken or hostile. */
  const guarded = <T>(what: string, size: number, work: () => T): T => {
    try {
      effort.allow(BOUNDS.tokenizerSteps + STEPS_EACH * size);
      return work();
    } catch (error) {
      throw new BadInput(`${what}: ${causeOf(error)}`, where, 'Copy the file again from its source.');
    }
  };
  const library = guarded('unreadable tokenizer', 0, () =>
    mended({ ...checked, added_tokens: added }, added, config, effort),
  );
  await breath();
  const inFile = new Set(
    [...(checked.added_tokens as AddedToken[]), ...added.filter(isInDecoder(config))].map((t) => t.content),
  );
  const vocabulary = vocabularyOf(checked.model);
  const eos = named.eos ?? byId(library, named.eosId) ?? END_OF_TURN.find((token) => inFile.has(token));
  // A token that its configuration names alone has no row in the model.
  if (eos === undefined || !(inFile.has(eos) || vocabulary.has(eos)))
    throw new BadInput('no eos_token', where, 'Name an existing token as "eos_token" in tokenizer_config.json.');
  const eosId = library.token_to_id(eos) as number;
  let largest = 0;
  for (const id of library.get_vocab().values()) largest = Math.max(largest, id);
  const pieces = new Map<number, string>();
  return {
    vocabSize: largest + 1,
    eosId,
    endIds: [eosId],
    padId: (named.pad === undefined ? undefined : library.token_to_id(named.pad)) ?? eosId,
    encode(text) {
      const { ids } = guarded('the text cannot be tokenised', text.length, () =>
        library.encode(text, { add_special_tokens: false }),
      );
      if (!ids.every(Number.isInteger)) {
        throw new BadInput(`"${text}" has characters outside the vocabulary`, where, 'Remove them.');
      }
      return ids;
    },
    decode: (ids) =>
      guarded('the tokens cannot be written', ids.length, () =>
        ids.length === 0 ? '' : library.decode(Array.from(ids), { clean_up_tokenization_spaces: false }),
      ),
    token(id) {
      const known = pieces.get(id) ?? guarded('the token cannot be written', 1, () => pieceOf(library, id));
      pieces.set(id, known);
      return known;
    },
    separator: '',
  };
}

/** What a token adds to a text: decoders strip the blank before the first. */
function pieceOf(library: LibraryTokenizer, id: number): string {
  const name = library.id_to_token(id);
  if (name === undefined) return '';
  const decode = (ids: number[]) => library.decode(ids, { clean_up_tokenization_spaces: false });
  const alone = decode([id]);
  if (alone.includes('\uFFFD')) return bytesOf(name) ?? alone;
  const twice = decode([id, id]);
  return twice.startsWith(alone) ? twice.slice(alone.length) : alone;
}

/** The characters that a token begins with, and the bytes of no character behind them; null where its name tells no bytes. */
function bytesOf(name: string): string | null {
  if (/^<0x[0-9A-F]{2}>$/.test(name)) return name;
  const bytes = Array.from(name, (letter) => BYTE_LETTERS.get(letter));
  if (!bytes.every((byte) => byte !== undefined)) return null;
  const [text] = new TextDecoder().decode(Uint8Array.from(bytes)).split('\uFFFD');
  const rest = bytes.slice(new TextEncoder().encode(text).length);
  return text + rest.map((byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`).join('');
}

/** How byte-level vocabularies write bytes: what can be printed as itself, the others in order from U+0100 on. */
const BYTE_LETTERS: ReadonlyMap<string, number> = (() => {
  const printed = (b: number): boolean => (b > 0x20 && b < 0x7f) || (b > 0xa0 && b <= 0xff && b !== 0xad);
  let next = 0x100;
  return new Map(Array.from({ length: 256 }, (_, byte) => [String.fromCharCode(printed(byte) ? byte : next++), byte]));
})();

/** Tokens that end a turn or a text by their names, for files that name none: the first that is there. */
const END_OF_TURN = ['<|im_end|>', '<|eot_id|>', '<end_of_turn>', '<|endoftext|>', '</s>', '<eos>'];

const byId = (library: LibraryTokenizer, id: number | undefined): string | undefined =>
  id === undefined ? undefined : library.id_to_token(id);

const isInDecoder = ({ added_tokens_decoder: decoder }: Record<string, unknown>) => {
  const contents = new Set(
    Object.values((decoder ?? {}) as Record<string, { content?: unknown }>).map((t) => t?.content),
  );
  return ({ content }: AddedToken): boolean => contents.has(content);
};

function vocabularyOf(model: unknown): Map<string, number> {
  const { vocab } = model as { vocab: Record<string, number> | [string, number][] };
  return new Map(Array.isArray(vocab) ? vocab.map(([token], id) => [token, id]) : Object.entries(vocab));
}

/** What of the library is mended here; the rest is boundParts'. */
interface Inside {
  readonly normalizer: { normalize(text: string): string } | null;
  readonly added_tokens_map: Map<string, unknown>;
  splitter_unnormalized: AddedTokenSplitter;
  splitter_normalized: AddedTokenSplitter;
}

/** The library's tokenizer, with added tokens found by us, and bounds on what the file makes it do. */
function mended(file: Json, added: readonly AddedToken[], config: Json, effort: Effort): LibraryTokenizer {
  const library = new LibraryTokenizer(withoutWork(file, added), config);
  boundParts(library, (file.model as Json).merges, effort);
  const inside = library as unknown as Inside;
  const { normalizer, added_tokens_map: tokens } = inside;
  const isNormalized = (t: AddedToken) => (t.normalized ?? !t.special) && normalizer !== null;
  inside.splitter_unnormalized = new AddedTokenSplitter(
    added.filter((t) => !isNormalized(t)).map((t) => [t.content, t]),
  );
  const found = added.filter(isNormalized).map((t) => [normalizer?.normalize(t.content) ?? t.content, t] as const);
  for (const [text, { content }] of found) tokens.set(text, tokens.get(content));
  inside.splitter_normalized = new AddedTokenSplitter(found);
  return library;
}
