/** Files of records: JSONL or parquet, as plain objects with the place each came from. */
import { BadInput } from './errors';

export interface DataRecord {
  readonly fields: Readonly<Record<string, unknown>>;
  /** "file, line 3" or "file, row 3". */
  readonly where: string;
}

/** Reads .jsonl (one object a line), .json (a list of objects) or .parquet. Throws BadInput naming file and line. */
export async function readRecords(bytes: Uint8Array<ArrayBuffer>, file: string): Promise<DataRecord[]> {
  const records = file.endsWith('.parquet')
    ? await parquetRecords(bytes, file)
    : file.endsWith('.json')
      ? jsonRecords(decode(bytes, file), file)
      : jsonLines(decode(bytes, file), file);
  if (records.length === 0) throw new BadInput('The file holds no record', file, 'Write one JSON object a line.');
  return records;
}

function decode(bytes: Uint8Array, file: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new BadInput(
      'The file is no UTF-8 text',
      file,
      'Save it as UTF-8, or give it the ending .parquet if it is that.',
    );
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function jsonLines(text: string, file: string): DataRecord[] {
  return text.split('\n').flatMap((line, i): DataRecord[] => {
    if (line.trim() === '') return [];
    const where = `${file}, line ${i + 1}`;
    let fields: unknown;
    try {
      fields = JSON.parse(line);
    } catch (error) {
      throw new BadInput(`not JSON: ${(error as Error).message}`, where, 'Write one JSON object a line.');
    }
    if (!isRecord(fields)) throw new BadInput('not a JSON object', where, 'Write one JSON object a line.');
    return [{ fields, where }];
  });
}

function jsonRecords(text: string, file: string): DataRecord[] {
  let list: unknown;
  try {
    list = JSON.parse(text);
  } catch (error) {
    throw new BadInput(`not JSON: ${(error as Error).message}`, file, 'Write a list of objects, or JSONL.');
  }
  if (!Array.isArray(list) || !list.every(isRecord))
    throw new BadInput('not a list of JSON objects', file, 'Write a list of objects, or one object a line as .jsonl.');
  return list.map((fields, i) => ({ fields, where: `${file}, record ${i + 1}` }));
}

async function parquetRecords(bytes: Uint8Array<ArrayBuffer>, file: string): Promise<DataRecord[]> {
  const { parquetReadObjects } = await import('hyparquet');
  const { buffer, byteOffset, byteLength } = bytes;
  try {
    const rows = await parquetReadObjects({ file: buffer.slice(byteOffset, byteOffset + byteLength) });
    return rows.map((fields, i) => ({ fields, where: `${file}, row ${i + 1}` }));
  } catch (error) {
    throw new BadInput(
      `not a readable parquet file: ${(error as Error).message}`,
      file,
      'Use uncompressed or snappy-compressed parquet, or JSONL.',
    );
  }
}

/** The first of `names` that the record has, as a text that is not empty; null where it has none. Throws BadInput for another type. */
export function textField({ fields, where }: DataRecord, names: readonly string[]): string | null {
  const name = names.find((n) => fields[n] !== undefined && fields[n] !== null);
  if (name === undefined) return null;
  const value = fields[name];
  if (typeof value === 'number' || typeof value === 'bigint') return String(value);
  if (typeof value === 'string' && value.trim() !== '') return value;
  throw new BadInput(`"${name}" is ${JSON.stringify(value)?.slice(0, 60)}`, where, 'It must be a text.');
}
