/** Datasets on the Hub, or on a mirror of it: the same downloads and the same cache as models have. */
import type { ByteSource } from '../../data/bytes';
import type { ListedFile } from './choose-files';
import { type DatasetId, datasetName } from './dataset-id';
import { type HubOptions, openRepository } from './hub';
import { SourceError } from './source-error';

/** What the files are for: of several splits "test" is evaluated, "train" is trained on. */
export type Purpose = 'train' | 'eval';

/** The files of a dataset, and the name that means them for ever. */
export interface DatasetFiles {
  readonly files: readonly ByteSource[];
  readonly pinned: string;
}

/** Brings a dataset's files into the cache and opens them. Throws SourceError. */
export async function datasetFiles(named: DatasetId, purpose: Purpose, options: HubOptions): Promise<DatasetFiles> {
  const cache = options.cache?.datasets ?? null;
  const source = await openRepository({ kind: 'dataset', ...named }, { ...options, cache }, async (listing, where) =>
    chooseData(listing, named.part, purpose, where),
  );
  await source.download();
  const files: ByteSource[] = [];
  for (const { name } of source.needed) {
    const file = (await source.open(name)) as ByteSource;
    files.push({ ...file, where: `${source.where}/${name}` });
  }
  const part = source.needed.length === 1 ? source.needed[0].name : stemOf(source.needed[0]);
  return { files, pinned: datasetName({ ...named, revision: source.sha, part }) };
}

/** Files that say what a dataset is, and hold none of it. */
const FACTS = /(^|\/)(dataset_infos?|dataset_dict|state|metadata|croissant|config)\.json$/i;
const SHARD = /-\d{5}-of-\d{5}/;
/** Splits by their usual names, the one to take first. */
const SPLITS: Readonly<Record<Purpose, readonly string[]>> = {
  eval: ['test', 'validation', 'valid', 'val', 'dev', 'train'],
  train: ['train', 'training', 'validation', 'valid', 'val', 'dev', 'test'],
};

/** A file's folder and name, without the number of a shard and its endings: what all shards of a split share. */
const stemOf = ({ name }: ListedFile): string => name.replace(SHARD, '').replace(/(\.[a-z]+){1,2}$/i, '');

/** The files of one part of a dataset, shards in order. Throws SourceError with what there is to choose from. */
export function chooseData(
  listing: readonly ListedFile[],
  part: string | null,
  purpose: Purpose,
  where: string,
): ListedFile[] {
  const data = listing.filter(({ name }) => !FACTS.test(name));
  const exact = data.filter(({ name }) => name === part);
  if (exact.length === 1) return exact;
  const named = part === null ? data : data.filter((file) => isNamed(file, part));
  const groups = new Map<string, ListedFile[]>();
  for (const file of named) {
    const stem = stemOf(file);
    const those = groups.get(stem);
    if (those) those.push(file);
    else groups.set(stem, [file]);
  }
  const chosen = groups.size > 1 ? bySplit([...groups], purpose) : [...groups];
  if (chosen.length === 1) return inOneFormat(chosen[0][1]);
  throw new SourceError(
    'not-found',
    chosen.length > 1
      ? `The dataset has several parts: ${shown(chosen.map(([stem]) => stem))}`
      : `The dataset has no .parquet, .jsonl or .json file${part === null ? '' : ` of the part "${part}"`}`,
    where,
    chosen.length > 1
      ? `Add one to the name, as in ${where.split('@')[0]}:${chosen[0][0]}.`
      : data.length > 0
        ? `It has: ${shown([...new Set(data.map(stemOf))])}.`
        : 'The Hub converts many datasets: try the revision refs/convert/parquet.',
  );
}

/** Whether each word of "main/test" is a folder of the file's, its name, or how that begins. */
function isNamed(file: ListedFile, part: string): boolean {
  const stem = stemOf(file);
  if (stem === part) return true;
  const segments = stem.toLowerCase().split('/');
  const words = new Set([...segments, segments[segments.length - 1].split(/[-._]/)[0]]);
  return part
    .toLowerCase()
    .split('/')
    .every((word) => words.has(word));
}

function bySplit(groups: readonly [string, ListedFile[]][], purpose: Purpose): readonly [string, ListedFile[]][] {
  const ofSplit = (split: string) =>
    groups.filter(([stem]) =>
      stem
        .toLowerCase()
        .split(/[/\-._]/)
        .includes(split),
    );
  return SPLITS[purpose].map(ofSplit).find((found) => found.length > 0) ?? groups;
}

/** Of the same part in several formats one: parquet, else the first by name. */
function inOneFormat(files: readonly ListedFile[]): ListedFile[] {
  const sorted = files.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const endingOf = ({ name }: ListedFile) => name.slice(name.indexOf('.', name.lastIndexOf('/') + 1));
  const ending = sorted.map(endingOf).find((one) => one === '.parquet') ?? endingOf(sorted[0]);
  return sorted.filter((file) => endingOf(file) === ending);
}

const shown = (names: readonly string[]): string =>
  names.length > 12 ? `${names.slice(0, 12).join(', ')} and ${names.length - 12} more` : names.join(', ');
