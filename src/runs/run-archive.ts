/** A run's folder as one zip archive, and back: streamed, whatever its size. */
import { BadInput } from '../data/errors';
import { type ZipEntry, zipEntries, zipOf } from '../data/zip';
import type { Files } from '../host/files';
import type { RunStore } from './run-store';

/** Bytes that are collected before they are written. */
const PIECE = 4 * 2 ** 20;
/** What a run's folder has; anything else that lies in an archive stays there. */
const OF_A_RUN = /^(config\.json|about\.json|events\.jsonl|(checkpoints|final)\/[\w./-]+)$/;

/** Writes the archive as `name` of a scratch folder, which is emptied first, and gives it as the system holds it. Throws StorageError. */
export async function packRun(store: RunStore, scratch: Files, name: string): Promise<Blob> {
  for (const old of await scratch.list('.')) await scratch.remove(old);
  await writeAll(scratch, name, zipOf(store.contents()) as unknown as AsyncIterable<Uint8Array<ArrayBuffer>>);
  return (await scratch.blob(name)) as Blob;
}

/** A file of a folder that somebody gave: of a dialogue, a drop or an archive. */
export interface GivenFile {
  /** With slashes. */
  readonly path: string;
  readonly size: number;
  stream(): AsyncIterable<Uint8Array<ArrayBuffer>>;
}

export interface GivenRun {
  /** What its folder or archive is called. */
  readonly name: string;
  /** With the names that they have in a run's folder. */
  readonly files: readonly GivenFile[];
}

/** The runs in files that were given, each the folder of a config.json: loose files, folders, archives. Throws BadInput where there is none. */
export async function runsIn(given: readonly { readonly path: string; readonly file: File }[]): Promise<GivenRun[]> {
  const runs: GivenRun[] = [];
  const loose: GivenFile[] = [];
  for (const { path, file } of given) {
    if (!/\.zip$/i.test(path)) loose.push({ path, size: file.size, stream: () => piecesOf(file) });
    else runs.push(...foldersOf((await zipEntries(file, path)).map(fromEntry), path.replace(/^.*\/|\.zip$/gi, '')));
  }
  runs.push(...foldersOf(loose, 'imported'));
  if (runs.length > 0) return runs;
  const where = given.map(({ path }) => path).join(', ');
  throw new BadInput('There is no run here', where, 'Give a run’s folder, with its config.json, or an archive of one.');
}

const fromEntry = ({ name, ...entry }: ZipEntry): GivenFile => ({ path: name, ...entry });

async function* piecesOf(file: Blob): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  for (let from = 0; from < file.size; from += PIECE)
    yield new Uint8Array(await file.slice(from, from + PIECE).arrayBuffer());
}

/** @param otherwise the name of a run whose files lie in no folder. */
function foldersOf(files: readonly GivenFile[], otherwise: string): GivenRun[] {
  const roots = files.flatMap(({ path }) =>
    /^(.*\/)?config\.json$/.test(path) ? [path.slice(0, -'config.json'.length)] : [],
  );
  // Checkpoints and the trained model have a config.json too: those within another root are none.
  const outer = roots.filter((root) => !roots.some((other) => other !== root && root.startsWith(other)));
  return outer.map((root) => ({
    name: root.split('/').at(-2) ?? otherwise,
    files: files.flatMap(({ path, ...file }) => {
      const name = path.slice(root.length);
      const isOwn = path.startsWith(root) && OF_A_RUN.test(name) && !name.split('/').includes('..');
      return isOwn ? [{ ...file, path: name }] : [];
    }),
  }));
}

/** Writes a run's files into its folder. Throws StorageError, and BadInput where the archive is damaged. */
export async function unpackRun({ files }: GivenRun, store: RunStore): Promise<void> {
  for (const { path, stream } of files) await writeAll(store.files, path, stream());
}

async function writeAll(files: Files, name: string, pieces: AsyncIterable<Uint8Array<ArrayBuffer>>): Promise<void> {
  await files.remove(name);
  let held: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  const flush = async (): Promise<void> => {
    await files.appendBytes(name, new Uint8Array(await new Blob(held).arrayBuffer()));
    [held, size] = [[], 0];
  };
  for await (const piece of pieces) {
    held.push(piece);
    size += piece.length;
    if (size >= PIECE) await flush();
  }
  await flush();
}
