/** Which files of a repository a model needs, so that nothing else is downloaded. */
import { BOUNDS } from '../../data/bounds';
import { type ByteSource, expectWithin } from '../../data/bytes';
import { readJson } from '../../data/json';
import type { HubId } from './hub-id';
import { SourceError } from './source-error';

/** A file as the Hub lists it. */
export interface ListedFile {
  name: string;
  /** Bytes; null where a mirror does not say. */
  size: number | null;
  /** Of large files: the digest of the bytes, lower-case hex. */
  sha256: string | null;
  /** Of the others: git's name for them, SHA-1 of "blob SIZE\0" and the bytes. */
  gitSha1: string | null;
}

const WEIGHTS = 'model.safetensors';
export const SHARD_INDEX = 'model.safetensors.index.json';
const DESCRIPTIONS = [
  'config.json',
  'generation_config.json',
  'tokenizer.json',
  'tokenizer_config.json',
  'chat_template.jinja',
];
const ADAPTER = ['adapter_config.json', 'adapter_model.safetensors'];

/** The names of the files that an index of shards names; null where it is none. Throws BadInput for one over its bound. */
export async function shardNames(index: ByteSource): Promise<string[] | null> {
  expectWithin(index.size, BOUNDS.json, SHARD_INDEX, index.where);
  const bytes = await index.read(0, index.size);
  try {
    const { weight_map: map } = readJson(bytes, index.where) as { weight_map: Record<string, string> };
    return [...new Set(Object.values(map))].sort();
  } catch {
    return null;
  }
}

/** Whether a name leads to a place inside the repository and nowhere else. */
export const isPlainPath = (name: string): boolean =>
  !name.includes('\\') && name.split('/').every((part) => part !== '' && part !== '.' && part !== '..');

/** Files that a reader of models could ask for at all. */
export function isModelFile(name: string): boolean {
  if (!isPlainPath(name)) return false;
  return name === 'manifest.json' ? false : /\.(json|jinja|safetensors|gguf)$/i.test(name);
}

/**
 * The files that a model needs, in the order they should come: small ones first, so that an unfit model is known early.
 * `readIndex` gives the names of a sharded model's files. Throws SourceError where the repository has no weights we read.
 */
export async function chooseFiles(
  listing: readonly ListedFile[],
  gguf: HubId['gguf'],
  where: string,
  readIndex: (index: ListedFile) => Promise<string[]>,
): Promise<ListedFile[]> {
  if (gguf) return [chooseGguf(listing, gguf, where)];
  const byName = new Map(listing.map((file) => [file.name, file]));
  const found = (names: readonly string[]) => names.flatMap((name) => byName.get(name) ?? []);
  const descriptions = found(DESCRIPTIONS);
  if (byName.has(WEIGHTS)) return [...descriptions, ...found([WEIGHTS])];
  const index = byName.get(SHARD_INDEX);
  if (index) {
    const shards = await readIndex(index);
    const missing = shards.filter((name) => !byName.has(name));
    if (missing.length > 0)
      throw new SourceError(
        'not-found',
        `${SHARD_INDEX} names ${missing.length === 1 ? 'a file' : `${missing.length} files`} that the repository does not have: ${missing[0]}`,
        where,
        'The repository is damaged or still being uploaded; try another revision of it.',
      );
    return [...descriptions, index, ...found(shards)];
  }
  if (ADAPTER.every((name) => byName.has(name))) return [...descriptions, ...found(ADAPTER)];
  const ggufs = listing.filter(isWholeModel);
  if (ggufs.length === 1) return ggufs;
  throw new SourceError(
    'not-found',
    'The repository has no model.safetensors',
    where,
    ggufs.length > 1
      ? `It has GGUF files; add one to the name, as in ${where.split('@')[0]}/${ggufs[0].name}. There are: ${names(ggufs)}.`
      : 'Choose a repository whose weights are safetensors or GGUF; PyTorch’s .bin files can run programs and are not read.',
  );
}

function chooseGguf(listing: readonly ListedFile[], gguf: NonNullable<HubId['gguf']>, where: string): ListedFile {
  const ggufs = listing.filter(isWholeModel);
  const wanted = 'file' in gguf ? gguf.file : gguf.quantisation;
  const found =
    'file' in gguf ? listing.filter((f) => f.name === gguf.file) : ggufs.filter((f) => hasTag(f.name, wanted));
  if (found.length === 1 && !isPiece(found[0].name)) return found[0];
  if (found.length === 1 || (found.length > 1 && found.every((f) => isPiece(f.name))))
    throw new SourceError(
      'not-found',
      `${wanted} is split over several GGUF files`,
      where,
      `Choose one that is whole (${names(ggufs.filter((f) => !isPiece(f.name)))}), or download the pieces, merge them with llama.cpp’s gguf-split --merge and open the file.`,
    );
  throw new SourceError(
    'not-found',
    found.length === 0
      ? `The repository has no GGUF file ${'file' in gguf ? wanted : `of quantisation ${wanted}`}`
      : `${wanted} fits ${found.length} GGUF files: ${names(found)}`,
    where,
    ggufs.length > 0
      ? `Name one of its files: ${names(ggufs)}.`
      : 'It has no GGUF files at all; leave the part after the name out.',
  );
}

/** Whether a file's name has this quantisation, of letters, digits, _ . and -, as a part of its own. */
function hasTag(name: string, quantisation: string): boolean {
  return new RegExp(`(^|[-._/])${quantisation.replace(/[.-]/g, '\\$&')}(?=[-._/])`, 'i').test(name);
}

/** GGUF files also carry projectors of images and importance matrices. */
const isWholeModel = ({ name }: ListedFile): boolean => /\.gguf$/i.test(name) && !/mmproj|imatrix/i.test(name);
const isPiece = (name: string): boolean => /-\d{5}-of-\d{5}\.gguf$/i.test(name);

function names(files: readonly ListedFile[]): string {
  if (files.length === 0) return 'there is none';
  const shown = files.slice(0, 12).map((f) => f.name);
  return files.length > 12 ? `${shown.join(', ')} and ${files.length - 12} more` : shown.join(', ');
}
