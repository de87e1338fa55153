/** What the cache knows of one model at one commit: manifest.json beside its files. */
import * as v from 'valibot';
import { readJson } from '../../data/json';
import { isPlainPath } from './choose-files';

const date = v.pipe(
  v.string(),
  v.check((text) => !Number.isNaN(Date.parse(text))),
);
const size = v.pipe(v.number(), v.integer(), v.minValue(0));
const listed = v.object({
  name: v.string(),
  size: v.nullable(size),
  sha256: v.nullable(v.string()),
  gitSha1: v.nullable(v.string()),
});
const held = v.object({
  /** Bytes of the whole file; null while the server has not said. */
  size: v.nullable(size),
  /** The server's name for the bytes that came so far; a file whose name changes is begun again. */
  etag: v.nullable(v.string()),
  /** Whether all bytes are here and were checked. */
  complete: v.boolean(),
  /** See sampleOf; absent in files of before it was noted. */
  sample: v.optional(v.nullable(v.string())),
  /** When the first byte and the last one came, ISO 8601. */
  date,
});
const schema = v.object({
  version: v.literal(1),
  id: v.string(),
  sha: v.string(),
  endpoint: v.string(),
  /** Names that stood for this commit (branches, tags), and when that was last seen, ISO 8601. */
  revisions: v.record(v.string(), date),
  /** The repository's files, as far as a model can need them. */
  listing: v.array(listed),
  /** What is here of them. */
  files: v.record(v.pipe(v.string(), v.check(isPlainPath)), held),
});

export type Manifest = v.InferOutput<typeof schema>;
export type HeldFile = v.InferOutput<typeof held>;

/** Reads a manifest; null for one that is torn, of another version or names what lies elsewhere: its files then count as not there. */
export function parseManifest(bytes: Uint8Array | null): Manifest | null {
  if (!bytes) return null;
  try {
    const result = v.safeParse(schema, readJson(bytes, 'manifest.json'));
    return result.success ? result.output : null;
  } catch {
    return null;
  }
}

export function manifestBytes(manifest: Manifest): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(`${JSON.stringify(manifest, null, 2)}\n`);
}
