/**
 * A run's folder, on disk or in the page's own storage: config.json, the log, checkpoints/ and final/. While it is held,
 * no other tab or process opens the run or deletes it.
 */

import * as v from 'valibot';
import { BOUNDS } from '../data/bounds';
import { bytesText, expectWithin } from '../data/bytes';
import { readJson } from '../data/json';
import type { ZipFile } from '../data/zip';
import type { Files } from '../host/files';
import { StorageError } from '../host/storage-error';
import { Checkpoints } from './checkpoint';
import { parseRunConfig, type RunConfig } from './run-config';
import { LOG, StoredLog } from './stored-log';

const CONFIG = 'config.json';
export const ABOUT = 'about.json';
/** On disk a held folder has this one within. */
const LOCKS = 'locks';
/** While it is here, and no configuration, the run is still being begun from another one's checkpoint. */
const UNBORN = 'unborn';
/** What a process leaves that was killed before its run was begun: its lock, and what it was writing. */
const LEFT_BEHIND = /^(locks|\.try-\d+|config\.json\.part|unborn\.part)$/;
const OF_UNBORN = [UNBORN, LOG, 'checkpoints'];

/** What a person says of a run. */
export interface RunAbout {
  readonly name?: string;
  readonly note?: string;
  readonly starred?: boolean;
}

const ABOUT_SCHEMA = v.object({
  name: v.optional(v.pipe(v.string(), v.maxLength(BOUNDS.runName))),
  note: v.optional(v.pipe(v.string(), v.maxLength(BOUNDS.runNote))),
  starred: v.optional(v.boolean()),
});

/** Bytes that are read of a file at once. */
const PIECE = 4 * 2 ** 20;

async function* piecesOf(files: Files, name: string): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  for (let from = 0; ; from += PIECE) {
    const piece = await files.readRange(name, from, from + PIECE);
    if (piece && piece.length > 0) yield piece;
    if (!piece || piece.length < PIECE) return;
  }
}

export class RunStore {
  readonly log: StoredLog;
  readonly checkpoints: Checkpoints;
  /** The configuration that checkpoints written from now on are bound to. */
  bound: RunConfig | undefined;
  /** The configuration of a run that has written nothing yet. */
  private due: RunConfig | null = null;
  private writing: Promise<void> | null = null;
  private letGo: (() => Promise<void>) | null = null;

  /** @param id its name among other runs. */
  constructor(
    readonly files: Files,
    readonly id = files.where,
  ) {
    this.log = new StoredLog(files);
    this.checkpoints = new Checkpoints(files);
  }

  get where(): string {
    return this.files.where;
  }

  /** From now on it is this tab's or process's, until it is released or they are gone. Throws Busy where it is another's. */
  async hold(): Promise<void> {
    if (this.letGo) return;
    this.letGo = await new Promise((resolve, reject) => {
      const whileHeld = async (): Promise<void> => {
        await new Promise<void>((end) => {
          resolve(async () => {
            end();
            await held;
          });
        });
      };
      const held = this.files.exclusive('run', whileHeld, { wait: false });
      held.catch(reject);
    });
  }

  async release(): Promise<void> {
    const { letGo } = this;
    this.letGo = null;
    await letGo?.();
  }

  /** Whether some tab or process holds it, this one included. */
  async isHeld(): Promise<boolean> {
    return this.letGo !== null || this.files.isHeld('run');
  }

  /** Whether it has no file yet, or is not there, or has only what is left of a run that was not begun. */
  async isEmpty(): Promise<boolean> {
    const names = (await this.files.list('.')).filter((name) => !LEFT_BEHIND.test(name));
    return names.length === 0 || (names.includes(UNBORN) && names.every((name) => OF_UNBORN.includes(name)));
  }

  /** Whether a run was to begin here where another stands, and was cut off before it had its first checkpoint. */
  async isUnborn(): Promise<boolean> {
    const names = await this.files.list('.');
    return names.includes(UNBORN) && !names.includes(CONFIG);
  }

  /** From now on what is written is no run, until it has its configuration. Throws StorageError. */
  async markUnborn(): Promise<void> {
    const words = 'A run was being begun here from another one’s checkpoint. If nobody is at it, delete this folder.\n';
    await this.files.write(UNBORN, new TextEncoder().encode(words));
  }

  /** What the run was begun with; null where none was begun here. Throws BadInput for what is no configuration. */
  async config(): Promise<RunConfig | null> {
    const where = `${this.where}/${CONFIG}`;
    expectWithin(await this.files.size(CONFIG), BOUNDS.json, 'The file', where);
    const bytes = await this.files.read(CONFIG);
    if (!bytes) return null;
    const config = parseRunConfig(readJson(bytes, where), where);
    this.bound = config;
    return config;
  }

  /** A new run: its configuration is written before the first line of its log, so that no folder has the log alone. */
  beginsWith(config: RunConfig): void {
    this.bound = config;
    this.due = config;
  }

  /** Writes the configuration of a new run, unless that was done. Throws StorageError. */
  async writeDue(): Promise<void> {
    const { due } = this;
    if (!due) return;
    this.writing ??= this.writeConfig(due).finally(() => {
      this.writing = null;
    });
    await this.writing;
    this.due = null;
  }

  async writeConfig(config: RunConfig): Promise<void> {
    await this.files.write(CONFIG, new TextEncoder().encode(`${JSON.stringify(config, null, 2)}\n`));
    this.bound = config;
  }

  /** A run that begins with a checkpoint, once that is whole: its configuration makes it one. Throws StorageError. */
  async bear(config: RunConfig): Promise<void> {
    await this.writeConfig(config);
    await this.files.remove(UNBORN);
  }

  /** What a person said of it. What cannot be read was not said. */
  async about(): Promise<RunAbout> {
    if ((await this.files.size(ABOUT)) > BOUNDS.json) return {};
    const bytes = await this.files.read(ABOUT);
    if (!bytes) return {};
    try {
      return v.parse(ABOUT_SCHEMA, readJson(bytes, ABOUT));
    } catch {
      return {};
    }
  }

  /** Throws StorageError. */
  async say(about: RunAbout): Promise<void> {
    await this.files.write(ABOUT, new TextEncoder().encode(`${JSON.stringify(v.parse(ABOUT_SCHEMA, about))}\n`));
  }

  /** Without what a run writes. */
  async clear(): Promise<void> {
    for (const name of [CONFIG, LOG, 'checkpoints', 'final', UNBORN]) await this.files.remove(name);
  }

  /** Throws StorageError where a checkpoint, of weights and two moments, and the trained model do not fit beside what is here. */
  async expectRoom(parameters: number): Promise<void> {
    const need = 4 * 4 * parameters;
    const room = await this.files.room();
    if (room === null || room >= need) return;
    throw new StorageError(
      `There is room for ${bytesText(room)}, and a checkpoint with the trained model takes ${bytesText(need)}`,
      this.where,
      'Free some space, or choose another disk.',
      'ENOSPC',
    );
  }

  /** What was trained, all of it or nothing. Throws StorageError. */
  async writeFinal(contents: ReadonlyMap<string, Uint8Array<ArrayBuffer>>): Promise<void> {
    try {
      for (const [name, bytes] of contents) await this.files.write(`final/${name}`, bytes);
    } catch (error) {
      await this.files.remove('final').catch(() => {});
      throw error;
    }
  }

  /** Goes back to `step`, where the log had `logBytes` bytes (null: all of its whole lines); what was stored after it is dropped. */
  async cut(step: number, logBytes: number | null): Promise<void> {
    for (const later of await this.checkpoints.steps()) if (later > step) await this.checkpoints.remove(later);
    await this.log.cut(logBytes ?? Number.POSITIVE_INFINITY);
  }

  /** The name of every file that is in it but locks, known to the lab or not. */
  async *names(path = '.'): AsyncGenerator<string> {
    for (const name of await this.files.list(path)) {
      const at = path === '.' ? name : `${path}/${name}`;
      if (at === LOCKS) continue;
      const head = await this.files.readRange(at, 0, 1).catch(() => null); // a folder cannot be read as a file
      if (head) yield at;
      else yield* this.names(at);
    }
  }

  /** Every such file as it is, read piece by piece. */
  async *contents(): AsyncGenerator<ZipFile> {
    for await (const name of this.names()) yield { name, bytes: piecesOf(this.files, name) };
  }

  /** The last complete checkpoint, and the bytes of its log, checkpoints and trained model. */
  async standing(): Promise<{ checkpoint: number | null; bytes: number }> {
    const final = (await this.files.list('final')).map((name) => this.files.size(`final/${name}`));
    const [{ last, bytes }, ...sizes] = await Promise.all([this.checkpoints.standing(), this.log.bytes(), ...final]);
    return { checkpoint: last, bytes: sizes.reduce((sum, size) => sum + size, bytes) };
  }
}
