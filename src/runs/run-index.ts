/**
 * What lists and comparisons show of stored runs, kept beside them so that a list of hundreds opens none and a comparison reads
 * no whole logs. All of it can be lost: what is missing, or was made of another log than the run's, is made again.
 */
import * as v from 'valibot';
import { BOUNDS } from '../data/bounds';
import { readJson } from '../data/json';
import type { Files } from '../host/files';
import { StorageError } from '../host/storage-error';
import { eventLine, type ReadLog, readLog } from './event-lines';
import type { RunEvent } from './events';

const INDEX = 'runs.json';
const COMPARED = 'compared';

/** Of what files an entry was made: it serves as long as they have these sizes. A log only grows, or is cut when a run goes on. */
export interface Stamp {
  readonly log: number;
  readonly about: number;
}

const entry = v.object({
  stamp: v.object({ log: v.number(), about: v.number() }),
  steps: v.number(),
  total: v.nullable(v.number()),
  arm: v.string(),
  unit: v.picklist(['step', 'update']),
  label: v.string(),
  done: v.nullable(v.picklist(['finished', 'stopped'])),
  checkpoint: v.nullable(v.number()),
  bytes: v.number(),
  name: v.optional(v.string()),
  note: v.optional(v.string()),
  starred: v.optional(v.boolean()),
});
const schema = v.object({ version: v.literal(1), runs: v.record(v.string(), entry) });

export type IndexEntry = v.InferOutput<typeof entry>;

export class RunIndex {
  constructor(private readonly files: Files) {}

  /** Entries by the runs' names; none where they cannot be read. */
  async read(): Promise<ReadonlyMap<string, IndexEntry>> {
    try {
      if ((await this.files.size(INDEX)) > BOUNDS.json) return new Map();
      const bytes = await this.files.read(INDEX);
      return new Map(bytes ? Object.entries(v.parse(schema, readJson(bytes, INDEX)).runs) : []);
    } catch {
      return new Map();
    }
  }

  async write(entries: ReadonlyMap<string, IndexEntry>): Promise<void> {
    const text = JSON.stringify({ version: 1, runs: Object.fromEntries(entries) });
    await unlessRefused(() => this.files.write(INDEX, new TextEncoder().encode(text)));
  }

  /** Of a log of so many bytes what comparisons use; null where that is not kept. */
  async compared(id: string, size: number): Promise<ReadLog | null> {
    const bytes = await this.files.read(comparedFile(id, size)).catch(() => null);
    const told = bytes && readLog(bytes, 'compared');
    return told && told.damaged.length === 0 && !told.torn ? told : null;
  }

  /** Keeps that of a run that has ended, whose log has so many bytes. */
  async keepCompared(id: string, size: number, events: readonly RunEvent[]): Promise<void> {
    await unlessRefused(async () => {
      await this.forget(id);
      await this.files.write(comparedFile(id, size), new TextEncoder().encode(events.map(eventLine).join('')));
    });
  }

  /** What is kept of a run that goes, or whose log is another now. */
  async forget(id: string): Promise<void> {
    for (const name of await this.files.list(COMPARED))
      if (name.startsWith(`${id}.`)) await this.files.remove(`${COMPARED}/${name}`);
  }
}

const comparedFile = (id: string, size: number): string => `${COMPARED}/${id}.${size}.jsonl`;

/** A storage that is full costs time later, and no list. */
async function unlessRefused(write: () => Promise<void>): Promise<void> {
  try {
    await write();
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
  }
}
