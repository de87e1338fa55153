/**
 * The few file operations that runs and the model cache need, the same over a folder on disk and over the browser's private
 * file system. What the system refuses is thrown as a StorageError.
 */
import { BOUNDS } from '../data/bounds';
import { jsonObject } from '../data/json';

export interface Files {
  /** For messages: where this is. */
  readonly where: string;
  read(path: string): Promise<Uint8Array<ArrayBuffer> | null>;
  /** Replaces a file as a whole: a reader sees the old bytes or the new ones, never a part. */
  write(path: string, bytes: Uint8Array<ArrayBuffer>): Promise<void>;
  /** `appendBytes` of a text, which may still be lost with the power until `sync`. */
  append(path: string, text: string): Promise<void>;
  /** Adds all of the bytes at a file's end or, where that fails, none; the file and its folders are made where they are missing. */
  appendBytes(path: string, bytes: Uint8Array): Promise<void>;
  /** What was added to a file outlives a loss of power from now on. */
  sync(path: string): Promise<void>;
  /** Bytes from … to − 1, fewer where the file ends before; null where there is no such file. */
  readRange(path: string, from: number, to: number): Promise<Uint8Array<ArrayBuffer> | null>;
  /** A file as the system holds it, without its bytes in memory; null where there is no such file. */
  blob(path: string): Promise<Blob | null>;
  /** Cuts a file to its first `bytes` bytes. */
  truncate(path: string, bytes: number): Promise<void>;
  size(path: string): Promise<number>;
  /** Names in a folder, sorted; empty where there is none. */
  list(path: string): Promise<string[]>;
  remove(path: string): Promise<void>;
  /** Bytes that can still be stored here, about; null where nobody knows. */
  room(): Promise<number | null>;
  /**
   * Runs `work` while nobody else (tab, worker or process) holds `name` of this folder; a holder that died holds nothing.
   * Waits its turn, or throws Busy at once with `wait: false`. Aborting `signal` ends the waiting, not the work.
   */
  exclusive<T>(name: string, work: () => Promise<T>, turn?: Turn): Promise<T>;
  /** Whether somebody holds `name` now. Asking holds nothing: who wants it meanwhile gets it. */
  isHeld(name: string): Promise<boolean>;
}

/** How `exclusive` waits. */
export interface Turn {
  /** Default true. */
  wait?: boolean;
  signal?: AbortSignal;
  /** Called once, where somebody else holds the name. */
  onWait?: () => void;
}

/** Somebody else holds the name, and the caller would not wait. */
export class Busy extends Error {
  override readonly name = 'Busy';
  constructor(
    held: string,
    /** Its process, where it is known. */
    readonly holder: number | null = null,
  ) {
    super(`${held} is in use by another tab or process.`);
  }
}

/** The object in a small JSON file of the lab's own memory; undefined where there is none: a damaged one is as good as none. */
export async function remembered(files: Files | null, path: string): Promise<unknown> {
  try {
    if (!files || (await files.size(path)) > BOUNDS.json) return undefined;
    return jsonObject(new TextDecoder().decode((await files.read(path)) ?? new Uint8Array()));
  } catch {
    return undefined;
  }
}
