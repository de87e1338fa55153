/** A model with its tokenizer, opened from a folder's files; only headers are read until the weights are loaded. */
import type { FileSource } from '../data/bytes';
import { BadInput } from '../data/errors';
import { readTokenizer } from '../data/tokenizer';
import type { Tokenizer } from '../data/types';
import { type ModelFolder, openModelFolder } from '../model/folder';

export interface LoadedModel extends ModelFolder {
  readonly text: Tokenizer;
}

/** Opens a folder, or the one .gguf file it holds. Throws BadInput naming the file and what is wrong with it. */
export async function openModel(files: FileSource): Promise<LoadedModel> {
  const folder = await openModelFolder(files);
  const { where } = folder;
  const tokenizer = folder.tokenizer.get('tokenizer.json');
  if (!tokenizer)
    throw new BadInput('tokenizer.json is missing', where, 'Copy it from the model this one was made from.');
  const text = await readTokenizer(tokenizer, `${where}/tokenizer.json`, folder.tokenizer.get('tokenizer_config.json'));
  if (text.vocabSize > folder.config.vocabSize)
    throw new BadInput(
      `tokenizer.json has ${text.vocabSize} tokens, the model ${folder.config.vocabSize}`,
      where,
      'Use the tokenizer that belongs to the model.',
    );
  return { ...folder, text };
}
