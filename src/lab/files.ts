/** The few file operations that runs need, the same over a folder on disk and over the browser's private file system. */
export interface Files {
  /** For messages: where this is. */
  readonly where: string;
  read(path: string): Promise<Uint8Array<ArrayBuffer> | null>;
  /** Replaces a file as a whole: a reader sees the old bytes or the new ones, never a part. */
  write(path: string, bytes: Uint8Array<ArrayBuffer>): Promise<void>;
  append(path: string, text: string): Promise<void>;
  /** Cuts a file to its first `bytes` bytes. */
  truncate(path: string, bytes: number): Promise<void>;
  size(path: string): Promise<number>;
  /** Names in a folder, sorted; empty where there is none. */
  list(path: string): Promise<string[]>;
  remove(path: string): Promise<void>;
}

/** Reads a file as text, or null where there is none. */
export async function readText(files: Files, path: string): Promise<string | null> {
  const bytes = await files.read(path);
  return bytes ? new TextDecoder().decode(bytes) : null;
}
