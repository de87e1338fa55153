/** A model with its tokenizer, opened from a folder's files; only headers are read until the weights are loaded. */
import type { FileSource } from '../data/bytes';
import { BadInput } from '../data/errors';
import { readTokenizer } from '../data/tokenizer';
import type { Tokenizer } from '../data/types';
import { endIdsOf, type ModelFolder, openModelFolder, TOKENIZER_FILES } from '../model/weights/folder';

export interface LoadedModel extends ModelFolder {
  /** Throws BadInput where the folder has none: token ids are scored without, texts are not. */
  readonly text: Tokenizer;
}

/** Opens a folder, or the one .gguf file it holds. Throws BadInput naming the file and what is wrong with it. */
export async function openModel(files: FileSource): Promise<LoadedModel> {
  const folder = await openModelFolder(files);
  const { where, config } = folder;
  const file = folder.tokenizer.get('tokenizer.json');
  if (file === undefined) {
    const missing = missingTokenizer(where, await files.list());
    return {
      ...folder,
      get text(): Tokenizer {
        throw missing;
      },
    };
  }
  const [eosId] = endIdsOf(folder);
  const text = await readTokenizer(file, `${where}/tokenizer.json`, folder.tokenizer.get('tokenizer_config.json'), {
    map: folder.tokenizer.get('special_tokens_map.json'),
    eosId,
  });
  const fitting = text.vocabSize > config.vocabSize ? withinRows(text, file, config.vocabSize, where) : text;
  const endIds = [...new Set([text.eosId, ...endIdsOf(folder)])];
  return { ...folder, text: { ...fitting, endIds, warning: folder.tokenizerWarning } };
}

/**
 * A tokenizer with more tokens than the model has rows. Where they were added, as padding tokens often are, the model is
 * whole without them, and a text that has one cannot be encoded. Throws BadInput where they are others.
 */
function withinRows(text: Tokenizer, file: string, rows: number, where: string): Tokenizer {
  const { model, added_tokens: list } = JSON.parse(file) as {
    model: { vocab: Record<string, number> | unknown[] };
    added_tokens?: { id: number; content: string }[];
  };
  const added = new Set((list ?? []).map(({ id }) => id));
  const ids = Array.isArray(model.vocab) ? model.vocab.keys() : Object.values(model.vocab);
  for (const id of [...ids, text.eosId]) {
    if (id < rows || (added.has(id) && id !== text.eosId)) continue;
    throw new BadInput(
      `tokenizer.json has ${text.vocabSize} tokens, the model ${rows}`,
      where,
      'Use the tokenizer that belongs to the model.',
    );
  }
  return {
    ...text,
    withoutRow: (list ?? []).filter(({ id }) => id >= rows).map(({ content }) => content),
    padId: text.padId < rows ? text.padId : text.eosId,
    encode(words) {
      const encoded = text.encode(words);
      const beyond = encoded.find((id) => id >= rows);
      if (beyond === undefined) return encoded;
      throw new BadInput(
        `${JSON.stringify(text.token(beyond))} is token ${beyond}; the model has ${rows}`,
        where,
        'Take it out of the text, or use a model that was trained with it.',
      );
    },
  };
}

/** A model's configuration and tensors without its tokenizer, which is the largest of the small files: enough for a plan. */
export type ModelHeaders = Pick<ModelFolder, 'config' | 'tensors' | 'where'>;

/** Opens these alone. Throws BadInput as openModel does. */
export function openHeaders(files: FileSource): Promise<ModelHeaders> {
  const isTokenizer = (name: string) => (TOKENIZER_FILES as readonly string[]).includes(name);
  return openModelFolder({ ...files, open: async (name) => (isTokenizer(name) ? null : files.open(name)) });
}

/** Older formats are named, with the way to convert them. */
function missingTokenizer(where: string, names: readonly string[]): BadInput {
  if (where.endsWith('.gguf'))
    return new BadInput('The file has no vocabulary', where, 'Use a .gguf file of the model that has its tokenizer.');
  const older = ['tokenizer.model', 'vocab.json'].find((name) => names.includes(name));
  if (!older) return new BadInput('tokenizer.json is missing', where, 'Copy it from the model this one was made from.');
  return new BadInput(
    `tokenizer.json is missing; ${older} is an older format`,
    where,
    `Convert it in Python: from transformers import AutoTokenizer; AutoTokenizer.from_pretrained("${where}").save_pretrained("${where}")`,
  );
}
