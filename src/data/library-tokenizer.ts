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
    token: (id) =>
      library.id_to_token(id) === undefined ? '' : library.decode([id], { clean_up_tokenization_spaces: false }),
  };
}
