/** Any tokenizer.json that `@huggingface/tokenizers` reads (BPE, Unigram, WordPiece), behind the Tokenizer interface. */
import { Tokenizer as LibraryTokenizer } from '@huggingface/tokenizers';
import { BadInput } from './errors';
import { checkedTokenizerFile } from './tokenizer-file';
import type { SpecialTokens, Tokenizer } from './types';

/** `file` and `config` are the parsed tokenizer.json and tokenizer_config.json; `where` names the first in errors. */
export function libraryTokenizer(
  file: Record<string, unknown>,
  config: Record<string, unknown>,
  where: string,
  named: Partial<SpecialTokens>,
): Tokenizer {
  const checked = checkedTokenizerFile(file, where);
  let library: LibraryTokenizer;
  try {
    library = new LibraryTokenizer(checked, config);
  } catch (error) {
    throw new BadInput(
      `unreadable tokenizer: ${(error as Error).message}`,
      where,
      'Copy the file again from its source.',
    );
  }
  const idOf = (token: string | undefined, key: string) => {
    const id = token === undefined ? undefined : library.token_to_id(token);
    if (id === undefined) {
      throw new BadInput(`no ${key}`, where, `Name an existing token as "${key}" in tokenizer_config.json.`);
    }
    return id;
  };
  const eosId = idOf(named.eos, 'eos_token');
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
    padId: named.pad === undefined ? eosId : idOf(named.pad, 'pad_token'),
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
