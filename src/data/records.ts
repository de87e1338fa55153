/** Files of records: JSONL, JSON or parquet, as plain objects with the place each came from. */
import { unpacked } from './containers';
import { BadInput } from './errors';
import { parseJson } from './json';
import { parquetRows } from './parquet';

export interface DataRecord {
  readonly fields: Readonly<Record<string, unknown>>;
  /** "file, line 3" or "file, row 3". */
  readonly where: string;
}

/**
 * Reads .jsonl (one object a line), .json (a list of objects, or an object with one under a key) or .parquet, also packed
 * with gzip or zstd. Throws BadInput naming file and line.
 */
export async function readRecords(packed: Uint8Array<ArrayBuffer>, file: string): Promise<DataRecord[]> {
  const { bytes, name } = await unpacked(packed, file);
  const records = /\.parquet$/i.test(name)
    ? (await parquetRows(bytes, file)).map((fields, i) => ({ fields, where: `${file}, row ${i + 1}` }))
    : /\.json$/i.test(name) || firstCharacter(bytes) === '['
      ? jsonRecords(bytes, file)
      : jsonLines(bytes, file);
  if (records.length === 0) throw new BadInput('The file holds no record', file, 'Write one JSON object a line.');
  return records;
}

/** UTF-8 without a byte order mark. */
function decode(bytes: Uint8Array, where: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new BadInput(
      'The file is no UTF-8 text',
      where,
      'Save it as UTF-8, or give it the ending .parquet if it is that.',
    );
  }
}

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Line by line, so that a large file is never a text as well. */
function jsonLines(bytes: Uint8Array, file: string): DataRecord[] {
  const records: DataRecord[] = [];
  let number = 0;
  for (let from = 0; from < bytes.length; ) {
    const found = bytes.indexOf(0x0a, from);
    const end = found < 0 ? bytes.length : found;
    number += 1;
    const where = `${file}, line ${number}`;
    const line = decode(bytes.subarray(from, end), where);
    from = end + 1;
    if (line.trim() === '') continue;
    let fields: unknown;
    try {
      fields = parseJson(line);
    } catch (error) {
      throw new BadInput(`not JSON: ${(error as Error).message}`, where, 'Write one JSON object a line.');
    }
    if (!isRecord(fields)) throw new BadInput('not a JSON object', where, 'Write one JSON object a line.');
    records.push({ fields, where });
  }
  return records;
}

function jsonRecords(bytes: Uint8Array, file: string): DataRecord[] {
  let list: unknown;
  try {
    list = parseJson(decode(bytes, file));
  } catch (error) {
    if (error instanceof BadInput) throw error;
    if (firstLineIsRecord(bytes)) return jsonLines(bytes, file); // many a .json file is JSONL
    throw new BadInput(`not JSON: ${(error as Error).message}`, file, 'Write a list of objects, or JSONL.');
  }
  return recordsOf(list, file, []);
}

/** Fields that make an object one record, and not what records lie in. */
const OF_A_RECORD =
  /^(?:messages|conversations|prompt|question|problem|instruction|query|input|completion|cards|target)$/;
/** Objects within objects that are looked into. */
const MAX_DEPTH = 3;

/** A list of records, one record, or those under the one key that holds any; `keys` lead here. */
function recordsOf(value: unknown, file: string, keys: readonly string[]): DataRecord[] {
  const under = keys.length > 0 ? `${file}, ${keys.map((key) => JSON.stringify(key)).join(', ')}` : file;
  if (Array.isArray(value) && value.every(isRecord))
    return value.map((fields, i) => ({ fields, where: `${under}, record ${i + 1}` }));
  if (!isRecord(value))
    throw new BadInput('not a list of JSON objects', under, 'Write a list of objects, or one object a line as .jsonl.');
  const names = Object.keys(value);
  if (names.some((name) => OF_A_RECORD.test(name))) return [{ fields: value, where: `${under}, record 1` }];
  const lists = names.filter((name) => isListOfRecords(value[name]));
  const inside = lists.length > 0 ? lists : names.filter((name) => isRecord(value[name]));
  if (lists.length === 0 && inside.length > 1 && inside.length === names.length)
    return names.map((name) => ({ fields: value[name] as Record<string, unknown>, where: `${under}, "${name}"` }));
  if (inside.length > 1)
    throw new BadInput(
      `records lie under ${inside.map((name) => JSON.stringify(name)).join(' and ')}`,
      under,
      'Write those to use as a list of objects.',
    );
  if (inside.length === 1 && keys.length < MAX_DEPTH) return recordsOf(value[inside[0]], file, [...keys, inside[0]]);
  return [{ fields: value, where: `${under}, record 1` }];
}

const isListOfRecords = (value: unknown): boolean => Array.isArray(value) && value.length > 0 && value.every(isRecord);

function firstCharacter(bytes: Uint8Array): string {
  const start = bytes.findIndex((b) => b > 0x20 && b !== 0xef && b !== 0xbb && b !== 0xbf);
  return String.fromCharCode(bytes[start] ?? 0);
}

function firstLineIsRecord(bytes: Uint8Array): boolean {
  const end = bytes.indexOf(0x0a);
  try {
    return end > 0 && isRecord(JSON.parse(new TextDecoder().decode(bytes.subarray(0, end))));
  } catch {
    return false;
  }
}

/** Tables write a missing value as NaN, also in words. */
const isThere = (value: unknown): boolean =>
  typeof value === 'string'
    ? value.trim() !== '' && !/^(?:nan|<na>|nat)$/i.test(value.trim())
    : value !== undefined && value !== null && !Number.isNaN(value);

/** The value of the first of `names` that the record has; null where it has none: missing, null, NaN or blank. */
export function field({ fields }: DataRecord, names: readonly string[]): { name: string; value: unknown } | null {
  const name = names.find((n) => Object.hasOwn(fields, n) && isThere(fields[n]));
  return name === undefined ? null : { name, value: fields[name] };
}

/** That value as a text: a text, a number, or a list of one of these. Throws BadInput for another type. */
export function textField(record: DataRecord, names: readonly string[]): string | null {
  const found = field(record, names);
  if (!found) return null;
  const value = Array.isArray(found.value) && found.value.length === 1 ? found.value[0] : found.value;
  if (typeof value === 'number' || typeof value === 'bigint') return String(value);
  if (typeof value === 'string') return value;
  throw new BadInput(`"${found.name}" is ${shown(value)}`, record.where, 'It must be a text.');
}

/** A value for a message, cut short. */
export function shown(value: unknown): string {
  const text = JSON.stringify(value, (_, v) => (typeof v === 'bigint' ? Number(v) : v)) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
