/** The runs that a host has stored: listed, read, made, deleted. */

import { Busy, type Files, readText } from '../host/files';
import { DROPPED } from '../library/sources/classify';
import { parseJson } from '../model/weights/folder';
import { isSftConfig } from '../settings/settings-sft';
import { checkpointBytes, checkpointSteps, lastCheckpoint } from './checkpoint';
import type { RunEvent } from './events';
import { logEnds } from './log-ends';
import type { RunConfig } from './open-run';
import { RunFolder } from './run-folder';
import { LOG } from './run-log';

/** A run as a list shows it. */
export interface StoredRun {
  id: string;
  /** When it was begun, ms since 1970. */
  created: number;
  /** Its last step, and the step it was to end with; null where its log does not say. */
  steps: number;
  total: number | null;
  arm: string;
  label: string;
  /** How it ended; null where it was cut off, or is going on. */
  done: 'finished' | 'stopped' | null;
  /** The step that it can be continued from; null where it has no complete checkpoint. */
  checkpoint: number | null;
  /** Open in a tab. */
  open: boolean;
  bytes: number;
}

export interface RunsPlace {
  /** The folder that holds all runs, or null where there is no storage. */
  runsFolder(): Promise<Files | null>;
  runFolder(id: string): Promise<Files | null>;
}

const CONFIG = 'config.json';

export class StoredRuns {
  constructor(private readonly place: RunsPlace) {}

  /** Runs of at least one step, newest first; none where nothing can be stored. */
  async list(): Promise<StoredRun[]> {
    const root = await this.place.runsFolder();
    const ids = root ? (await root.list('.')).reverse() : [];
    // A browser cannot read a file that grows meanwhile, as the log of a run that is going does: then once more.
    const runs = await Promise.all(ids.map((id) => this.describe(id).catch(() => this.describe(id))));
    return runs.filter((run) => run !== null);
  }

  private async describe(id: string): Promise<StoredRun | null> {
    const files = await this.place.runFolder(id);
    const stored = files && (await files.read(CONFIG));
    if (!stored) return null;
    const { step, steps, done } = await logEnds(files);
    if (step === 0) return null;
    const config = parseJson(stored, `${files.where}/${CONFIG}`) as RunConfig;
    const supervised = isSftConfig(config);
    const arm = supervised ? `sft on ${config.data.replace(DROPPED, '')}` : config.arm;
    const [checkpoint, bytes] = await Promise.all([lastCheckpoint(files), bytesOf(files)]);
    return {
      id,
      created: Date.parse(id.replace(/^(\d+-\d+-\d+T\d+)-(\d+)-(\d+)-(\d+)Z.*$/, '$1:$2:$3.$4Z')),
      steps: step,
      total: supervised ? steps : config.steps,
      arm,
      label: `${arm}, seed ${config.seed}, ${step} ${supervised ? 'update' : 'step'}${step === 1 ? '' : 's'}`,
      done,
      checkpoint,
      open: done === null && (await new RunFolder(id, files).isHeld()),
      bytes,
    };
  }

  /** The events of a run; none where there is no such run. */
  async load(id: string): Promise<RunEvent[]> {
    const root = await this.place.runsFolder();
    return parseEvents(root ? await readText(root, `${id}/${LOG}`) : null);
  }

  /** A new run's folder, held, with the configuration in it; null where nothing can be stored. Rejects where the storage does. */
  async create(id: string, config: RunConfig): Promise<RunFolder | null> {
    const files = await this.place.runFolder(id);
    if (!files) return null;
    const folder = new RunFolder(id, files);
    await folder.hold();
    try {
      await files.write(CONFIG, new TextEncoder().encode(JSON.stringify(config)));
    } catch (error) {
      await this.discard(folder).catch(() => {});
      throw error;
    }
    return folder;
  }

  /** The folder of a stored run, held, and its configuration. Throws where there is none, or a tab has it. */
  async take(id: string): Promise<{ folder: RunFolder; config: RunConfig }> {
    const known = (await (await this.place.runsFolder())?.list('.'))?.includes(id);
    const files = known ? await this.place.runFolder(id) : null;
    const stored = files && (await files.read(CONFIG));
    if (!stored) throw new Error(`There is no run ${id} any more. List the stored runs again.`);
    const config = parseJson(stored, `${files.where}/${CONFIG}`) as RunConfig;
    const folder = new RunFolder(id, files);
    try {
      await folder.hold();
    } catch (error) {
      if (!(error instanceof Busy)) throw error;
      throw new Error('This run is open, here or in another tab. Go on there, or stop it there first.');
    }
    return { folder, config };
  }

  /** Deletes a run. Throws as `take` does. */
  async remove(id: string): Promise<void> {
    const { folder } = await this.take(id);
    await this.discard(folder);
  }

  /** Deletes the run whose folder is held. */
  async discard(folder: RunFolder): Promise<void> {
    try {
      await (await this.place.runsFolder())?.remove(folder.id);
    } finally {
      await folder.release();
    }
  }
}

/** Bytes of a run's log, checkpoints and trained model. */
async function bytesOf(files: Files): Promise<number> {
  const final = (await files.list('final')).map((name) => `final/${name}`);
  const checkpoints = (await checkpointSteps(files)).map((step) => checkpointBytes(files, step));
  const sizes = await Promise.all([...[LOG, ...final].map((path) => files.size(path)), ...checkpoints]);
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** Whole lines of a log; a last line that was cut short is left out. */
export function parseEvents(text: string | null): RunEvent[] {
  if (!text) return [];
  const lines = text.split('\n');
  lines.pop(); // what follows the last line break: nothing, or a line that was never finished
  return lines.map((line) => JSON.parse(line) as RunEvent);
}
