/** Files of records: JSONL, JSON or parquet, as plain objects with the place each came from. */
import { BadInput } from './errors';
import { parquetRows } from './parquet';

export interface DataRecord {
  readonly fields: Readonly<Record<string, unknown>>;
  /** "file, line 3" or "file, row 3". */
  readonly where: string;
}

/** Reads .jsonl (one object a line), .json (a list of objects) or .parquet. Throws BadInput naming file and line. */
export async function readRecords(bytes: Uint8Array<ArrayBuffer>, file: string): Promise<DataRecord[]> {
  const records = file.endsWith('.parquet')
    ? (await parquetRows(bytes, file)).map((fields, i) => ({ fields, where: `${file}, row ${i + 1}` }))
    : file.endsWith('.json')
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
      fields = JSON.parse(line);
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
    list = JSON.parse(decode(bytes, file));
  } catch (error) {
    if (error instanceof BadInput) throw error;
    if (firstLineIsRecord(bytes)) return jsonLines(bytes, file); // many a .json file is JSONL
    throw new BadInput(`not JSON: ${(error as Error).message}`, file, 'Write a list of objects, or JSONL.');
  }
  if (isRecord(list)) return [{ fields: list, where: `${file}, record 1` }];
  if (!Array.isArray(list) || !list.every(isRecord))
    throw new BadInput('not a list of JSON objects', file, 'Write a list of objects, or one object a line as .jsonl.');
  return list.map((fields, i) => ({ fields, where: `${file}, record ${i + 1}` }));
}

function firstLineIsRecord(bytes: Uint8Array): boolean {
  const end = bytes.indexOf(0x0a);
  try {
    return end > 0 && isRecord(JSON.parse(new TextDecoder().decode(bytes.subarray(0, end))));
  } catch {
    return false;
  }
}

/** The value of the first of `names` that the record has; null where it has none: missing, null or blank. */
export function field({ fields }: DataRecord, names: readonly string[]): { name: string; value: unknown } | null {
  const isThere = (value: unknown) =>
    value !== undefined && value !== null && !(typeof value === 'string' && value.trim() === '');
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
