/** Any tokenizer.json that `@huggingface/tokenizers` reads (BPE, Unigram, WordPiece), behind the Tokenizer interface. */
import { ByteLevelPreTokenizer, Tokenizer as LibraryTokenizer } from '@huggingface/tokenizers';
import { AddedTokenSplitter, withConfigTokens } from './added-tokens';
import { BadInput } from './errors';
import { type AddedToken, checkedTokenizerFile } from './tokenizer-file';
import type { SpecialTokens, Tokenizer } from './types';

/** `file` and `config` are the parsed tokenizer.json and tokenizer_config.json; `where` names the first in errors. */
export function libraryTokenizer(
  file: Record<string, unknown>,
  config: Record<string, unknown>,
  where: string,
  named: Partial<SpecialTokens>,
): Tokenizer {
  const checked = checkedTokenizerFile(file, where);
  const added = withConfigTokens(checked.added_tokens as AddedToken[], vocabularyOf(checked.model), config);
  let library: LibraryTokenizer;
  try {
    library = mended({ ...checked, added_tokens: added }, added, config);
  } catch (error) {
    throw new BadInput(
      `unreadable tokenizer: ${(error as Error).message}`,
      where,
      'Copy the file again from its source.',
    );
  }
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
  /** What fails inside the library is the file's fault: it was made for another kind of text or is broken. */
  const guarded = <T>(what: string, work: () => T): T => {
    try {
      return work();
    } catch (error) {
      throw new BadInput(`${what}: ${(error as Error).message}`, where, 'Copy the file again from its source.');
    }
  };
  const pieces = new Map<number, string>();
  return {
    vocabSize: largest + 1,
    eosId,
    endIds: [eosId],
    padId: (named.pad === undefined ? undefined : library.token_to_id(named.pad)) ?? eosId,
    encode(text) {
      const { ids } = guarded('the text cannot be tokenised', () =>
        library.encode(text, { add_special_tokens: false }),
      );
      if (!ids.every(Number.isInteger)) {
        throw new BadInput(`"${text}" has characters outside the vocabulary`, where, 'Remove them.');
      }
      return ids;
    },
    decode: (ids) => (ids.length === 0 ? '' : library.decode(Array.from(ids), { clean_up_tokenization_spaces: false })),
    token(id) {
      const known = pieces.get(id) ?? pieceOf(library, id);
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

/** GPT-2's words with Unicode's white space: JavaScript's \\s has U+FEFF and lacks U+0085. */
const BYTE_LEVEL =
  /'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\p{White_Space}\p{L}\p{N}]+|\p{White_Space}+(?!\P{White_Space})|\p{White_Space}+/gu;

/** What of the library is mended. */
interface Inside {
  readonly normalizer: ((text: string) => string) | null;
  splitter_unnormalized: AddedTokenSplitter;
  splitter_normalized: AddedTokenSplitter;
  readonly pre_tokenizer: unknown;
}

/** The library's tokenizer, with added tokens found by us. */
function mended(
  file: Record<string, unknown>,
  added: readonly AddedToken[],
  config: Record<string, unknown>,
): LibraryTokenizer {
  // White space beside tokens is cut off by the splitters, not by the library.
  const plain = added.map((token) => ({ ...token, lstrip: false, rstrip: false }));
  const library = new LibraryTokenizer({ ...file, added_tokens: plain }, config);
  const inside = library as unknown as Inside;
  const { normalizer } = inside;
  const isNormalized = (t: AddedToken) => (t.normalized ?? !t.special) && normalizer !== null;
  inside.splitter_unnormalized = new AddedTokenSplitter(
    added.filter((t) => !isNormalized(t)).map((t) => [t.content, t]),
  );
  inside.splitter_normalized = new AddedTokenSplitter(
    added.filter(isNormalized).map((t) => [normalizer?.(t.content) ?? t.content, t]),
  );
  mendPattern(inside.pre_tokenizer);
  return library;
}

function mendPattern(part: unknown): void {
  if (part instanceof ByteLevelPreTokenizer) (part as unknown as { pattern: RegExp }).pattern = BYTE_LEVEL;
  const { tokenizers = [] } = (part ?? {}) as { tokenizers?: unknown[] };
  tokenizers.forEach(mendPattern);
}
