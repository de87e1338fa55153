/** What other programs know a model by. */
import type { ByteSource, FileSource } from '../data/bytes';
import { BadInput } from '../data/errors';
import type { ResolvedSource } from './sources/resolve';

/** A name that transformers finds, org/name@commit among them; or the files of a model that only the lab has. */
export type Elsewhere = { readonly name: string } | { readonly files: Map<string, Uint8Array<ArrayBuffer>> };

/** `absolute`: the whole path of one on disk. Throws BadInput for what is no model's folder or Hub id. */
export async function elsewhere(
  { kind, files, pinned }: ResolvedSource,
  absolute: (path: string) => string = (path) => path,
): Promise<Elsewhere> {
  if (kind === 'built-in') return { files: await built(files) };
  if (kind === 'web' || pinned.endsWith('.gguf'))
    throw new BadInput('TRL trains model folders and models of the Hub', pinned, 'Name the folder or the Hub id.');
  return { name: kind === 'disk' ? absolute(pinned) : pinned };
}

/** What a built-in model consists of; a page's server lists no folder. */
const BUILT_IN = [
  'config.json',
  'generation_config.json',
  'model.safetensors',
  'tokenizer.json',
  'tokenizer_config.json',
  'chat_template.jinja',
];

async function built(files: FileSource): Promise<Map<string, Uint8Array<ArrayBuffer>>> {
  const found = await Promise.all(BUILT_IN.map(async (name) => [name, await files.open(name)] as const));
  const there = found.filter((file): file is readonly [string, ByteSource] => file[1] !== null);
  return new Map(await Promise.all(there.map(async ([name, file]) => [name, await file.read(0, file.size)] as const)));
}
