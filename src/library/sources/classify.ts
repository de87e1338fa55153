/** What dropped files are: a model, an adapter, or data. */
import type { FileSource } from '../../data/bytes';
import { DATA_FILE } from '../../data/containers';
import { droppedSource, type PlacedFile } from './dropped';
import { SourceError } from './source-error';

export type DroppedKind = 'model' | 'adapter' | 'data';

/** What the names of dropped things begin with: no path, address or Hub id does. */
export const DROPPED = 'dropped:';

/** One drop as one thing, with its name. Throws SourceError where it is nothing that the lab opens. */
export function classify(files: readonly (File | PlacedFile)[]): {
  kind: DroppedKind;
  name: string;
  source: FileSource;
  bytes: number;
} {
  const placed = files.map((f) => ('file' in f ? f : { path: f.webkitRelativePath || f.name, file: f }));
  const names = placed.map(({ path }) => path.split('/').at(-1) as string);
  const source = droppedSource(files);
  const kind = kindOf(names);
  if (!kind)
    throw new SourceError(
      'not-found',
      'These files are no model, adapter or data',
      shown(names),
      'Drop a model’s folder (config.json, tokenizer.json, safetensors), one .gguf file, a PEFT adapter’s folder, or a .jsonl, .json or .parquet file.',
    );
  const loose = placed.length > 1 && source.where === 'dropped files';
  const bytes = placed.reduce((sum, { file }) => sum + file.size, 0);
  return { kind, name: `${DROPPED}${loose ? `${kind} files` : lowerEnding(source.where)}`, source, bytes };
}

/** What a folder with these files is; null where it is nothing that the lab opens. */
export function kindOf(names: readonly string[]): DroppedKind | null {
  const has = (name: string) => names.includes(name);
  const weights = names.some((name) => /^model.*\.safetensors(\.index\.json)?$|\.gguf$/i.test(name));
  // Trainers leave the base model's config.json beside an adapter.
  if (has('adapter_config.json') && !weights) return 'adapter';
  if (has('config.json') || weights) return 'model';
  return names.length === 1 && DATA_FILE.test(names[0]) ? 'data' : null;
}

const lowerEnding = (name: string): string => name.replace(DATA_FILE, (ending) => ending.toLowerCase());

const shown = (names: readonly string[]): string =>
  names.length > 4 ? `${names.slice(0, 4).join(', ')} and ${names.length - 4} more` : names.join(', ');
