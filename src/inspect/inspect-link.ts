/**
 * The page's state as the part of an address behind #: versioned JSON, deflated where that is shorter and the host can,
 * in base64url. What reads it trusts nothing: lengths, types and names are checked.
 */
import * as v from 'valibot';
import { BOUNDS } from '../data/bounds';
import { collected, streamed } from '../data/bytes';
import { BadInput } from '../data/errors';
import { jsonObject } from '../data/json';
import { currentSubject, INSPECT_MODES } from './types';

/** The letter tells how the rest is written: j as JSON, z deflated. */
const VERSION = '1';

const text = v.pipe(v.string(), v.maxLength(BOUNDS.linkUnpacked));
const name = v.pipe(v.string(), v.maxLength(BOUNDS.linkName));
const count = (max: number) => v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(max));
const SEED = 0xffffffff;

const subject = v.pipe(
  v.unknown(),
  v.transform(currentSubject),
  v.strictObject({ model: name, adapter: v.nullable(name), weightFormat: name }),
);

const schema = v.strictObject({
  subject,
  /** What the text is compared with, and the other model where it is one. */
  compare: v.picklist(['nothing', 'adapter-off', 'model']),
  other: subject,
  choice: v.union([
    v.strictObject({ task: v.literal('own'), question: text, solution: text, answer: text }),
    v.strictObject({ task: name, seed: count(SEED), index: count(1e9), minDepth: v.nullable(count(1000)) }),
  ]),
  context: v.strictObject({ mode: v.picklist(INSPECT_MODES), thinking: v.boolean(), wording: text }),
  sampling: v.strictObject({
    temperature: v.pipe(v.number(), v.minValue(0), v.maxValue(100)),
    topP: v.pipe(v.number(), v.minValue(0), v.maxValue(1)),
    maxNewTokens: count(1e6),
    seed: count(SEED),
  }),
  /** Prompts that were edited by hand; null: those that the task makes. */
  student: v.nullable(text),
  teacher: v.nullable(text),
  response: text,
  /** What is looked at: names of the page's own. */
  arm: name,
  measure: name,
  tab: name,
  group: v.strictObject({ size: count(1000), right: count(1000) }),
});

/** Whatever differs from the page's first state. */
export type InspectLink = Partial<v.InferOutput<typeof schema>>;

const partial = v.partial(schema);

/** The state as text of letters, digits, - and _. */
export async function writeInspectLink(state: InspectLink): Promise<string> {
  const json = new TextEncoder().encode(JSON.stringify(state));
  const plain = `${VERSION}j${base64url(json)}`;
  if (typeof CompressionStream === 'undefined') return plain;
  const packed = `${VERSION}z${base64url(await through(json, new CompressionStream('deflate')))}`;
  return packed.length < plain.length ? packed : plain;
}

/** Reads what `writeInspectLink` wrote. Throws BadInput saying what is wrong with a link. */
export async function readInspectLink(link: string): Promise<InspectLink> {
  if (link.length > BOUNDS.link) throw broken(`It has ${link.length} characters, and ${BOUNDS.link} are read`);
  const version = /^\d+/.exec(link)?.[0];
  if (version !== undefined && version !== VERSION)
    throw new BadInput(
      `The link was made by another version of the lab (${version})`,
      'link',
      'Open it there, or make it anew here.',
    );
  const parts = /^1([jz])([A-Za-z0-9_-]*)$/.exec(link);
  if (!parts) throw broken('It is cut short or changed');
  let value: unknown;
  try {
    const bytes = fromBase64url(parts[2]);
    const json = parts[1] === 'z' ? await through(bytes, decompression()) : bytes;
    const text = new TextDecoder('utf-8', { fatal: true }).decode(json);
    value = jsonObject(text);
    if (value === undefined) throw broken('It is cut short or changed');
  } catch (error) {
    if (error instanceof BadInput) throw error;
    throw broken('It is cut short or changed');
  }
  const result = v.safeParse(partial, value);
  if (result.success) return result.output;
  const [issue] = result.issues;
  throw broken(`${v.getDotPath(issue) ?? 'its state'}: ${issue.message}`);
}

const broken = (why: string): BadInput =>
  new BadInput(`The link cannot be read: ${why}`, 'link', 'Copy it again, whole, from where it came from.');

function decompression(): DecompressionStream {
  if (typeof DecompressionStream !== 'undefined') return new DecompressionStream('deflate');
  throw new BadInput('This browser cannot unpack the link', 'link', 'Use a newer browser.');
}

/** Bytes through a stream, at most so many as a link may unpack to. */
const through = (bytes: Uint8Array<ArrayBuffer>, stream: CompressionStream | DecompressionStream) =>
  collected(streamed(new Blob([bytes]).stream().pipeThrough(stream)), BOUNDS.linkUnpacked, () =>
    broken(`It holds more than ${BOUNDS.linkUnpacked} bytes`),
  );

function base64url(bytes: Uint8Array): string {
  let binary = '';
  for (let at = 0; at < bytes.length; at += 0x8000) binary += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

const fromBase64url = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (c) => c.charCodeAt(0));
