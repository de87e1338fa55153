/** A Hugging Face model folder as bytes: config.json, tokenizer.json, model.safetensors. Read and written; the host does the I/O. */
import { BadInput } from '../data/errors';
import { type ModelConfig, modelConfigJson, parseModelConfig } from './config';
import { ParameterLayout } from './parameters';
import { type HostTensor, readSafetensors, writeSafetensors } from './safetensors';

/** Gives a file's bytes, or null where there is none. */
export type ReadFile = (name: string) => Promise<Uint8Array | null>;

/** Without tokenizer_config.json, transformers would take the tokenizer class that usually goes with the architecture. */
export const TOKENIZER_FILES = ['tokenizer.json', 'tokenizer_config.json'] as const;

export interface ModelFolder {
  config: ModelConfig;
  /** The parameters in the engine's layout. */
  packed: Float32Array<ArrayBuffer>;
  /** The tokenizer's files as text, by name; empty where the folder has none. */
  tokenizer: Map<string, string>;
}

/** Reads a folder. Throws BadInput naming the file and what is wrong with it. */
export async function readModelFolder(read: ReadFile, where: string): Promise<ModelFolder> {
  const config = parseModelConfig(
    parseJson(await required(read, 'config.json', where), `${where}/config.json`),
    `${where}/config.json`,
  );
  const weights = await required(read, 'model.safetensors', where);
  const { tensors } = readSafetensors(weights, `${where}/model.safetensors`);
  const packed = new ParameterLayout(config).pack(tensors, `${where}/model.safetensors`);
  const tokenizer = new Map<string, string>();
  for (const name of TOKENIZER_FILES) {
    const bytes = await read(name);
    if (bytes) tokenizer.set(name, new TextDecoder().decode(bytes));
  }
  return { config, packed, tokenizer };
}

/** The files of a folder that transformers loads. */
export function writeModelFolder(
  config: ModelConfig,
  tensors: ReadonlyMap<string, HostTensor>,
  tokenizer: ReadonlyMap<string, string>,
): Map<string, Uint8Array<ArrayBuffer>> {
  const encode = (value: unknown) => new TextEncoder().encode(`${JSON.stringify(value, null, 2)}\n`);
  const files = new Map<string, Uint8Array<ArrayBuffer>>([
    ['config.json', encode(modelConfigJson(config))],
    ['model.safetensors', writeSafetensors(tensors)],
  ]);
  for (const [name, text] of tokenizer) files.set(name, new TextEncoder().encode(text));
  return files;
}

async function required(read: ReadFile, name: string, where: string): Promise<Uint8Array> {
  const bytes = await read(name);
  if (!bytes)
    throw new BadInput(
      `${name} is missing`,
      where,
      'Point to a Hugging Face model folder with config.json, tokenizer.json and model.safetensors.',
    );
  return bytes;
}

/** JSON from bytes. Throws BadInput where it is none. */
export function parseJson(bytes: Uint8Array, where: string): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch (error) {
    throw new BadInput(`The file is no JSON: ${(error as Error).message}`, where, 'Write or download it again.');
  }
}
