/** The tests of a LiveCodeBench row: public ones as JSON, the others as JSON too, or packed (base64 of zlib of a pickled text). */
import { BOUNDS } from '../bounds';
import { bytesText, collected, streamed } from '../bytes';
import { BadInput } from '../errors';
import { jsonOf } from '../json';
import { type DataRecord, isRecord, textField } from '../records';
import type { CodeTests, InputOutput } from './types';

interface Case extends InputOutput {
  readonly testtype?: string;
}

/** Throws BadInput where they cannot be read. */
export async function liveCodeBenchTests(record: DataRecord): Promise<CodeTests> {
  const cases = [
    ...casesOf(textField(record, ['public_test_cases']), record),
    ...casesOf(await unpacked(textField(record, ['private_test_cases']), record), record),
  ];
  const tests = cases.map(({ input, output }) => ({ input, output }));
  if (tests.length === 0) throw new BadInput('there is no test', record.where, 'Leave this row out.');
  const metadata = parsed(textField(record, ['metadata']) ?? '{}', record);
  const entry = isRecord(metadata) && typeof metadata.func_name === 'string' ? metadata.func_name : null;
  const isFunctional = cases.some(({ testtype }) => testtype === 'functional');
  return isFunctional && entry !== null ? { form: 'calls', tests, entry } : { form: 'output', tests };
}

function casesOf(json: string | null, record: DataRecord): Case[] {
  const list = json === null ? [] : parsed(json, record);
  const isCase = (x: unknown): x is Case => isRecord(x) && typeof x.input === 'string' && typeof x.output === 'string';
  if (Array.isArray(list) && list.every(isCase)) return list;
  throw new BadInput('its tests are no list of inputs and outputs', record.where, 'Leave this row out.');
}

const parsed = (json: string, { where }: DataRecord): unknown =>
  jsonOf(json, where, 'its tests are', 'Leave this row out.');

async function unpacked(text: string | null, { where }: DataRecord): Promise<string | null> {
  if (text === null || text.trimStart().startsWith('[')) return text;
  try {
    const packed = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
    return pickledText(await inflated(packed));
  } catch (error) {
    if (error instanceof BadInput) throw error;
    throw new BadInput(`its tests cannot be unpacked: ${(error as Error).message}`, where, 'Leave this row out.');
  }
}

/** zlib's bytes, up to the bound on a line. */
const inflated = (packed: Uint8Array<ArrayBuffer>): Promise<Uint8Array> =>
  collected(
    streamed(new Blob([packed]).stream().pipeThrough(new DecompressionStream('deflate'))),
    BOUNDS.line,
    () => new Error(`they have more than ${bytesText(BOUNDS.line)}`),
  );

/** Pickle's operations that a lone text is written with; nothing of a pickle is run. */
const [PROTO, FRAME, TEXT, SHORT_TEXT, LONG_TEXT] = [0x80, 0x95, 0x58, 0x8c, 0x8d];

/** The text of a pickle that holds one text and nothing else. Throws for any other. */
export function pickledText(bytes: Uint8Array): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let at = 0;
  if (bytes[at] === PROTO) at += 2;
  if (bytes[at] === FRAME) at += 9;
  const kind = bytes[at++];
  const sizes: Record<number, () => [number, number]> = {
    [SHORT_TEXT]: () => [view.getUint8(at), 1],
    [TEXT]: () => [view.getUint32(at, true), 4],
    [LONG_TEXT]: () => [Number(view.getBigUint64(at, true)), 8],
  };
  if (!(kind in sizes)) throw new Error('they are a pickle of something else than a text');
  const [length, before] = sizes[kind]();
  const text = bytes.subarray(at + before, at + before + length);
  if (text.length !== length) throw new Error('they are cut off');
  return new TextDecoder('utf-8', { fatal: true }).decode(text);
}
