/** Files of records: JSONL, JSON or parquet, as plain objects with the place each came from. */

import type { BadRows } from './bad-rows';
import { BOUNDS } from './bounds';
import { pacing, type Wanted } from './breath';
import { type ByteSource, bytesText, following, joined, utf8Text } from './bytes';
import { PACKED, packingOf, unpackedPieces, unpackedWhole } from './containers';
import { BadInput } from './errors';
import { type FieldMap, renamed } from './field-map';
import { measureJson, parseJson } from './json';
import { type Columns, parquetRows } from './parquet';

export interface DataRecord {
  readonly fields: Readonly<Record<string, unknown>>;
  /** "file, line 3" or "file, row 3". */
  readonly where: string;
  /** Columns beside these fields, which nothing asks for and which were not read. */
  readonly unread?: readonly string[];
  /** Of a line that can be read again: where it lies. */
  readonly line?: Line;
}

/** Bytes from … to − 1 of a file, which are a line of JSONL. */
export interface Line {
  readonly file: ByteSource;
  readonly from: number;
  readonly to: number;
}

/** The record of a line that was read before. Throws BadInput where it is none any more. */
export async function recordAgain({ file, from, to }: Line): Promise<DataRecord> {
  const record = new Lines(file.where).next([await file.read(from, to)]);
  if (record) return record;
  throw new BadInput('the line is blank', file.where, 'Put the file back as it was.');
}

/**
 * The records of a .jsonl file (one object a line), of .json (a list of objects, or an object with one under a key) or of
 * .parquet, also packed with gzip or zstd; `file.where` is its name. JSONL and parquet come in a stream and are never whole
 * in memory. `map`: what its fields are called; `most`: what parquet's columns unpack to, where it is another bound than of what
 * is kept whole; `bad`: who hears of lines that are no record. Throws BadInput naming file and line, and for what is over its bound.
 */
export async function* readRecords(
  file: ByteSource,
  wanted?: Wanted,
  { map = new Map(), most, bad }: { map?: FieldMap; most?: number; bad?: BadRows } = {},
): AsyncGenerator<DataRecord> {
  const { where } = file;
  const pace = pacing(wanted);
  const name = where.replace(PACKED, '');
  if (/\.[ct]sv$/i.test(name))
    throw new BadInput(
      'Tables of text (.csv, .tsv) are not read',
      where,
      'Write it as JSONL; in Python pandas.read_csv("x.csv", dtype=str).to_json("x.jsonl", orient="records", lines=True).',
    );
  let count = 0;
  const isParquet = /\.parquet$/i.test(name);
  for await (const record of isParquet ? parquetRecords(file, { also: map, most }) : textRecords(file, name, bad)) {
    if (++count > BOUNDS.records)
      throw new BadInput(`The file has more than the ${BOUNDS.records} records that are read`, where, 'Split it.');
    yield renamed(record, map);
    await pace();
  }
  if (count === 0) bad?.leftOut(0);
  if (count === 0) throw new BadInput('The file holds no record', where, 'Write one JSON object a line.');
}

async function* parquetRecords(file: ByteSource, columns: Columns): AsyncGenerator<DataRecord> {
  const whole = PACKED.test(file.where) ? await unpackedWhole(file) : file;
  let row = 0;
  for await (const { fields, unread } of parquetRows(whole, columns))
    yield { fields, where: `${file.where}, row ${++row}`, ...(unread.length > 0 ? { unread } : {}) };
}

/** JSON is parsed whole, JSONL line by line. */
async function* textRecords(file: ByteSource, name: string, bad?: BadRows): AsyncGenerator<DataRecord> {
  const pieces = unpackedPieces(file);
  const { value: first = new Uint8Array(0) } = await pieces.next();
  const linesOf = (begun: Uint8Array, rest: AsyncIterable<Uint8Array>) => jsonLines(begun, rest, file, bad);
  if (!/\.json$/i.test(name) && firstCharacter(first) !== '[') return yield* linesOf(first, pieces);
  const begun = [first];
  let size = first.length;
  while (size <= BOUNDS.jsonData) {
    const { done, value } = await pieces.next();
    if (done) return yield* jsonRecords(joined(begun.splice(0)), file, bad);
    begun.push(value);
    size += value.length;
  }
  const start = joined(begun.splice(0));
  if (firstLineIsRecord(start)) return yield* linesOf(start, pieces); // many a .json file is JSONL
  throw new BadInput(
    `The JSON has more than the ${bytesText(BOUNDS.jsonData)} that are read as one value`,
    file.where,
    'Write it as JSONL, one object a line: that is read in a stream.',
  );
}

export const isText = (value: unknown): value is string => typeof value === 'string';

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Line by line: of the bytes only a piece is in memory, and the beginning of a line. */
async function* jsonLines(
  first: Uint8Array,
  rest: AsyncIterable<Uint8Array>,
  file: ByteSource,
  bad?: BadRows,
): AsyncGenerator<DataRecord> {
  const lines = new Lines(file.where, bad);
  const again = (await packingOf(file)) === null;
  let begun: Uint8Array[] = [];
  let [start, length] = [0, 0];
  const next = (): DataRecord | null => {
    const record = lines.next(begun);
    if (!record || !again) return record;
    const { fields, where } = record; // spread and added to, each object would have a hidden class of its own
    return { fields, where, line: { file, from: start, to: start + length } };
  };
  for await (const piece of following(first, rest)) {
    for (let from = 0; from < piece.length; ) {
      const found = piece.indexOf(0x0a, from);
      const part = piece.subarray(from, found < 0 ? piece.length : found);
      length += part.length;
      if (length > BOUNDS.line)
        throw new BadInput(
          `the line has more than the ${bytesText(BOUNDS.line)} that are read`,
          `${file.where}, line ${lines.number + 1}`,
          'Write one JSON object a line.',
        );
      begun.push(part);
      if (found < 0) break;
      const record = next();
      if (record) yield record;
      [begun, start, length, from] = [[], start + length + 1, 0, found + 1];
    }
  }
  const record = next();
  if (record) yield record;
}

/** Lines as records, counted with their values. */
class Lines {
  number = 0;
  private values = 0;

  constructor(
    private readonly file: string,
    private readonly bad?: BadRows,
  ) {}

  /** The record of the next line; null for a blank one, or a bad one that is left out. */
  next(parts: readonly Uint8Array[]): DataRecord | null {
    const where = `${this.file}, line ${++this.number}`;
    if (this.number > BOUNDS.records)
      throw new BadInput(`The file has more than the ${BOUNDS.records} lines that are read`, this.file, 'Split it.');
    const bytes = parts.length === 1 ? parts[0] : joined(parts);
    const fields = this.fieldsIn(bytes, where);
    if (this.values > BOUNDS.cells)
      throw new BadInput(
        `Up to here the file has ${this.values} values, more than the ${BOUNDS.cells} that are read`,
        where,
        'Split it.',
      );
    return fields && { fields, where };
  }

  private fieldsIn(bytes: Uint8Array, where: string): DataRecord['fields'] | null {
    try {
      const line = bytes.length === 0 ? '' : decoded(bytes, where);
      if (line.trim() === '') return null;
      this.values += measureJson(line, where);
      const fields = parsedLine(line, where);
      if (isRecord(fields)) return fields;
      throw new BadInput('not a JSON object', where, 'Write one JSON object a line.');
    } catch (error) {
      if (!this.bad) throw error;
      this.bad.add(error);
      return null;
    }
  }
}

function parsedLine(line: string, where: string): unknown {
  try {
    return parseJson(line);
  } catch (error) {
    throw new BadInput(`not JSON: ${(error as Error).message}`, where, 'Write one JSON object a line.');
  }
}

const decoded = (bytes: Uint8Array, where: string): string =>
  utf8Text(bytes, where, 'The file', 'Save it as UTF-8, or give it the ending .parquet if it is that.');

async function* jsonRecords(bytes: Uint8Array, file: ByteSource, bad?: BadRows): AsyncGenerator<DataRecord> {
  const { where } = file;
  let list: unknown;
  try {
    const text = decoded(bytes, where);
    measureJson(text, where);
    list = parseJson(text);
  } catch (error) {
    if (firstLineIsRecord(bytes)) return yield* jsonLines(bytes, none(), file, bad); // many a .json file is JSONL
    if (error instanceof BadInput) throw error;
    throw new BadInput(`not JSON: ${(error as Error).message}`, where, 'Write a list of objects, or JSONL.');
  }
  yield* recordsOf(list, where, [], bad);
}

async function* none(): AsyncGenerator<Uint8Array> {}

/** Fields that make an object one record, and not what records lie in. */
const OF_A_RECORD =
  /^(?:messages|conversations|prompt|question|problem|instruction|query|input|completion|cards|target)$/;
/** Objects within objects that are looked into. */
const MAX_DEPTH = 3;

/** A list of records, one record, or those under the one key that holds any; `keys` lead here. */
function recordsOf(value: unknown, file: string, keys: readonly string[], bad?: BadRows): DataRecord[] {
  const under = keys.length > 0 ? `${file}, ${keys.map((key) => JSON.stringify(key)).join(', ')}` : file;
  if (Array.isArray(value) && (value.every(isRecord) || (bad?.areLeftOut && value.some(isRecord))))
    return value.flatMap((fields, i) => {
      const where = `${under}, record ${i + 1}`;
      if (isRecord(fields)) return [{ fields, where }];
      bad?.add(new BadInput('not a JSON object', where, 'Write a list of objects.'));
      return [];
    });
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
  if (inside.length === 1 && keys.length < MAX_DEPTH)
    return recordsOf(value[inside[0]], file, [...keys, inside[0]], bad);
  return [{ fields: value, where: `${under}, record 1` }];
}

const isListOfRecords = (value: unknown): boolean => Array.isArray(value) && value.length > 0 && value.every(isRecord);

function firstCharacter(bytes: Uint8Array): string {
  const start = bytes.findIndex((b) => b > 0x20 && b !== 0xef && b !== 0xbb && b !== 0xbf);
  return String.fromCharCode(bytes[start] ?? 0);
}

function firstLineIsRecord(bytes: Uint8Array): boolean {
  const end = bytes.indexOf(0x0a);
  if (end < 0 || end > BOUNDS.line) return false;
  try {
    const line = new TextDecoder().decode(bytes.subarray(0, end));
    measureJson(line, '');
    return isRecord(JSON.parse(line));
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
