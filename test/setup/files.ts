import type { Files } from '../../src/host/files';

/** A file's text, empty where there is none. */
export async function readText(files: Files, path: string): Promise<string> {
  return new TextDecoder().decode((await files.read(path)) ?? new Uint8Array());
}
