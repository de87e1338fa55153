/** A Hugging Face model folder, or a GGUF file: configuration, weights that are read by ranges, tokenizer files. The host does the I/O. */
import { BOUNDS } from '../../data/bounds';
import { type ByteSource, type FileSource, readWhole, utf8Text } from '../../data/bytes';
import { BadInput } from '../../data/errors';
import { measureJson, readJson } from '../../data/json';
import { type ModelConfig, modelConfigJson, parseModelConfig, tokenIds } from '../net/config';
import { ParameterLayout } from '../net/parameters';
import type { FloatFormat } from './float-formats';
import { openGguf } from './gguf/file';
import { type HostTensor, writeSafetensors } from './safetensors';
import { openShardedSafetensors } from './safetensors-file';
import type { TensorCatalog } from './stored-tensor';
import { canonicalNames } from './tensor-names';
import { settleHead } from './tied-head';

/** Without tokenizer_config.json, transformers would take the tokenizer class that usually goes with the architecture. */
export const TOKENIZER_FILES = [
  'tokenizer.json',
  'tokenizer_config.json',
  'special_tokens_map.json',
  'chat_template.jinja',
  'generation_config.json',
] as const;

export interface ModelFolder {
  readonly where: string;
  readonly config: ModelConfig;
  /** Every tensor that the configuration asks for, none else; the values are read when they are loaded. */
  readonly tensors: TensorCatalog;
  /** The tokenizer's files as text, by name; empty where the folder has none. */
  readonly tokenizer: Map<string, string>;
  /** What of the way in which texts are cut is not certain; absent where nothing is. */
  readonly tokenizerWarning?: string;
}

/**
 * Opens a folder with config.json and safetensors, whole or in shards; or with one .gguf file. Only headers are read.
 * Throws BadInput naming the file and what is wrong with it.
 */
export async function openModelFolder(files: FileSource): Promise<ModelFolder> {
  const json = await readWhole(files, 'config.json');
  if (!json) return openSingleGguf(files);
  const where = `${files.where}/config.json`;
  const config = parseModelConfig(readJson(json, where), where);
  // Before the weights, which may have to be downloaded: what is missing is then known in seconds.
  const tokenizer = new Map<string, string>();
  for (const name of TOKENIZER_FILES) {
    const bytes = await readWhole(files, name);
    if (!bytes) continue;
    const text = utf8Text(bytes, `${files.where}/${name}`);
    if (name.endsWith('.json')) measureJson(text, `${files.where}/${name}`);
    tokenizer.set(name, text);
  }
  const named = canonicalNames(await openShardedSafetensors(files), config);
  return checked({ where: files.where, tokenizer, ...(await settleHead(config, named, files.where)) });
}

async function openSingleGguf(files: FileSource): Promise<ModelFolder> {
  const names = (await files.list()).filter((name) => name.endsWith('.gguf'));
  const file = names.length === 1 ? await files.open(names[0]) : null;
  if (file) return openGgufModel(file);
  throw new BadInput(
    names.length > 1 ? `There are ${names.length} .gguf files` : 'config.json is missing',
    files.where,
    names.length > 1
      ? `Name one of them: ${names.slice(0, 5).join(', ')}.`
      : 'Point to a Hugging Face model folder with config.json, tokenizer.json and model.safetensors, or to a .gguf file.',
  );
}

/** Opens a GGUF file; only its header is read. Throws BadInput. */
async function openGgufModel(file: ByteSource): Promise<ModelFolder> {
  const { config, tensors, tokenizerFiles, tokenizerWarning } = await openGguf(file);
  return checked({
    tokenizerWarning,
    where: file.where,
    config: parseModelConfig(config, file.where),
    tensors,
    tokenizer: tokenizerFiles,
  });
}

/**
 * The tokens that end a text in transformers' `generate`: those of generation_config.json, else of config.json. Throws
 * BadInput where the first is no JSON object, and for too many.
 */
export function endIdsOf({ config, tokenizer, where }: Pick<ModelFolder, 'config' | 'tokenizer' | 'where'>): number[] {
  const text = tokenizer.get('generation_config.json');
  const file = `${where}/generation_config.json`;
  const json = text === undefined ? {} : readJson(new TextEncoder().encode(text), file);
  if (typeof json !== 'object' || json === null)
    throw new BadInput('The generation configuration is no JSON object', file, 'Delete it, or download it again.');
  const named = tokenIds((json as { eos_token_id?: unknown }).eos_token_id);
  const ids = (named.length > 0 ? named : [...config.eosIds]).filter((id) => id < config.vocabSize);
  if (ids.length <= BOUNDS.endIds) return ids;
  throw new BadInput(
    `eos_token_id names ${ids.length} tokens, more than the ${BOUNDS.endIds} that are read`,
    named.length > 0 ? file : `${where}/config.json`,
    'Name those that end a text.',
  );
}

/** Weights that are not the configuration's are refused before anything is allocated. */
function checked(model: ModelFolder): ModelFolder {
  new ParameterLayout(model.config).checkCatalog(model.tensors, model.where);
  return model;
}

/** The files of a folder that transformers loads. */
export function writeModelFolder(
  config: ModelConfig,
  tensors: ReadonlyMap<string, HostTensor>,
  tokenizer: ReadonlyMap<string, string>,
): Map<string, Uint8Array<ArrayBuffer>> {
  return new Map([...modelFolderFiles(config, tokenizer, 'F32'), ['model.safetensors', writeSafetensors(tensors)]]);
}

/** Those beside the weights. */
export function modelFolderFiles(
  config: ModelConfig,
  tokenizer: ReadonlyMap<string, string>,
  dtype: FloatFormat,
): Map<string, Uint8Array<ArrayBuffer>> {
  const json = `${JSON.stringify(modelConfigJson(config, dtype), null, 2)}\n`;
  const texts = new Map([['config.json', json], ...tokenizer]);
  return new Map([...texts].map(([name, text]) => [name, new TextEncoder().encode(text)]));
}
