/** Files as they come from a drop or a dialogue, in the groups that each make one thing: a model, an adapter, a data file. */
import { BOUNDS } from '../../data/bounds';
import type { PlacedFile } from '../../library/sources/dropped';

/** All files of a drop, folders opened. Hidden files stay out. Call it within the event: the browser forgets the entries after. */
export async function droppedFiles(data: DataTransfer): Promise<PlacedFile[]> {
  const entries = [...data.items].map((item) => item.webkitGetAsEntry?.() ?? null);
  if (entries.every((entry) => entry === null)) return [...data.files].map((file) => ({ path: file.name, file }));
  const found: PlacedFile[] = [];
  for (const entry of entries) if (entry) await collect(entry, found, 0);
  return found;
}

/** A dropped folder may hold anything; what lies deeper, or comes later, is no part of a model. */
async function collect(entry: FileSystemEntry, found: PlacedFile[], depth: number): Promise<void> {
  if (entry.name.startsWith('.') || depth > BOUNDS.droppedDepth || found.length >= BOUNDS.dropped) return;
  const path = entry.fullPath.replace(/^\/+/, '');
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject));
    found.push({ path, file });
    return;
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  // A reader gives its entries in batches, and an empty one at the end.
  for (;;) {
    const batch = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (batch.length === 0) return;
    for (const inner of batch) await collect(inner, found, depth + 1);
  }
}

/** Files of a dialogue. */
export const chosenFiles = (files: FileList | null): PlacedFile[] =>
  [...(files ?? [])]
    .map((file) => ({ path: file.webkitRelativePath || file.name, file }))
    .filter(({ path }) => !path.split('/').some((part) => part.startsWith('.')));

/** Names of a model's own JSON files: loose, they belong to the model beside them. */
const OF_A_MODEL = /config|tokenizer|vocab|merges|special_tokens|\.index\.json$/i;

/** Each folder is one thing, each loose data file and each .gguf is one, and the other loose files together are one. */
export function groups(files: readonly PlacedFile[]): PlacedFile[][] {
  const made = new Map<string, PlacedFile[]>();
  for (const placed of files) {
    const [top, ...rest] = placed.path.split('/');
    const alone = /\.(jsonl|parquet|gguf)$/i.test(top) || (/\.json$/i.test(top) && !OF_A_MODEL.test(top));
    const key = rest.length > 0 || alone ? top : '';
    made.set(key, [...(made.get(key) ?? []), placed]);
  }
  return [...made.values()];
}
