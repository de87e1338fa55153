/** Names to the files of problems or examples that they mean. */
import type { ByteSource, FileSource } from '../data/bytes';
import { DATA_FILE } from '../data/containers';
import { benchmarkDataset } from './benchmarks';
import { parseDatasetId } from './sources/dataset-id';
import type { HubOptions } from './sources/hub';
import { type DatasetFiles, datasetFiles, type Purpose } from './sources/hub-dataset';
import { HUB } from './sources/hub-id';

/** What a name stands for. */
export type DataFiles = DatasetFiles;

/** Finds what a name stands for; null where it is none. Throws SourceError. */
export type ReadData = (name: string) => Promise<DataFiles | null>;

export const oneFile = (file: ByteSource, name: string): DataFiles => ({
  files: [{ ...file, where: name }],
  pinned: name,
});

/** What this host has. */
export interface DataHost {
  /** A file on disk; null where the path leads nowhere. Missing in browsers. */
  path?(path: string): Promise<FileSource | null>;
  readonly hub: HubOptions;
}

/** A file on disk, which wins; a benchmark's short name; a dataset of the Hub by id or address. Null for any other name. Throws SourceError. */
export async function resolveData(name: string, purpose: Purpose, host: DataHost): Promise<DataFiles | null> {
  const onDisk = name === '' ? null : await host.path?.(name);
  const [only] = onDisk ? await onDisk.list() : [];
  if (onDisk && only && DATA_FILE.test(name)) return oneFile((await onDisk.open(only)) as ByteSource, name);
  const dataset = parseDatasetId(benchmarkDataset(name), host.hub.endpoint ?? HUB);
  return dataset && datasetFiles(dataset, purpose, host.hub);
}
