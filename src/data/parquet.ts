/** Parquet files as rows, through hyparquet; pages compressed with snappy, gzip, zstd, brotli or lz4. */
import type { ColumnMetaData, DataReader, FileMetaData, PageHeader, SchemaTree } from 'hyparquet';
import { BOUNDS } from './bounds';
import { BadInput } from './errors';

/** All rows of a file as objects. Throws BadInput. */
export async function parquetRows(bytes: Uint8Array, name: string): Promise<Record<string, unknown>[]> {
  const [{ parquetMetadataAsync, parquetReadObjects, parquetSchema, snappyUncompress }, { parquetHeader }, codecs] =
    await Promise.all([import('hyparquet'), import('hyparquet/src/column.js'), import('hyparquet-compressors')]);
  const page = (length: number) => {
    if (!(length >= 0 && length <= BOUNDS.page)) throw new Error(`a page of ${length} bytes`);
    return new Uint8Array(length);
  };
  const into = (decompress: (input: Uint8Array, output: Uint8Array) => unknown) => {
    return (input: Uint8Array, length: number) => {
      const output = page(length);
      decompress(input, output);
      return output;
    };
  };
  // A column at a time is copied, never the file.
  const slice = (from: number, to?: number) => bytes.slice(from, to).buffer as ArrayBuffer;
  const file = { byteLength: bytes.length, slice };
  try {
    const metadata = await parquetMetadataAsync(file);
    check(metadata, parquetSchema(metadata), bytes.length);
    for (const { columns } of metadata.row_groups)
      for (const { meta_data: column } of columns) if (column) checkPages(bytes, column, parquetHeader);
    const exact = exactColumns(metadata);
    const rows = await parquetReadObjects({
      file,
      metadata,
      compressors: {
        SNAPPY: into(snappyUncompress),
        GZIP: into(codecs.gunzip),
        ZSTD: into(codecs.decompressZstd),
        BROTLI: (input, length) => codecs.decompressBrotli(input, page(length).length),
        LZ4: (input, length) => codecs.decompressLz4(input, page(length).length),
        LZ4_RAW: (input, length) => codecs.decompressLz4Raw(input, page(length).length),
      },
    });
    for (const row of rows) for (const [column, of] of exact) row[column] = of(row[column]);
    return rows;
  } catch (error) {
    throw new BadInput(
      `not a readable parquet file: ${(error as Error).message}`,
      name,
      'Write it again, or as JSONL.',
    );
  }
}

/**
 * Columns whose numbers hyparquet would change, and how their values are read: decimals, which it makes doubles of (its
 * issue hyparam/hyparquet#115), and floats of 32 bits, which are written with more digits than they have. In `metadata` the
 * decimals become plain bytes and integers.
 */
function exactColumns({ schema }: FileMetaData): Map<string, (value: unknown) => unknown> {
  const columns = new Map<string, (value: unknown) => unknown>();
  const top = new Set<number>();
  // The schema is a tree written in order: the root's children come first at every step over their own.
  const children = (at: number): number => {
    let next = at + 1;
    for (let n = schema[at].num_children ?? 0; n > 0; n--) next = children(next);
    return next;
  };
  for (let at = 1; at < schema.length; at = children(at)) top.add(at);
  schema.forEach((element, at) => {
    const isDecimal = element.converted_type === 'DECIMAL' || element.logical_type?.type === 'DECIMAL';
    const isFlat = top.has(at) && element.num_children === undefined && element.repetition_type !== 'REPEATED';
    if (isDecimal && (!isFlat || element.type === 'BYTE_ARRAY') && (element.precision ?? 0) > 15)
      throw new Error(
        `the column "${element.name}" holds decimals of ${element.precision} digits in a list or of any length`,
      );
    if (isFlat && isDecimal && element.type !== 'BYTE_ARRAY') {
      const scale = element.scale ?? 0;
      delete element.converted_type;
      delete element.logical_type;
      columns.set(element.name, (value) => decimalText(value, scale));
    } else if (isFlat && element.type === 'FLOAT') columns.set(element.name, shortestFloat);
  });
  return columns;
}

/** An unscaled whole number, as one or as big-endian bytes in two's complement, with its decimal point. */
function decimalText(value: unknown, scale: number): unknown {
  const whole =
    value instanceof Uint8Array
      ? signed(value)
      : typeof value === 'number' || typeof value === 'bigint'
        ? BigInt(value)
        : null;
  if (whole === null) return value;
  const digits = (whole < 0n ? -whole : whole).toString().padStart(scale + 1, '0');
  const [before, behind] = [digits.slice(0, digits.length - scale), digits.slice(digits.length - scale)];
  return `${whole < 0n ? '-' : ''}${before}${scale > 0 ? `.${behind}` : ''}`;
}

function signed(bytes: Uint8Array): bigint {
  const value = bytes.reduce((n, byte) => (n << 8n) | BigInt(byte), 0n);
  return BigInt.asIntN(8 * bytes.length, value);
}

/** 0.1 as 32 bits hold it, and not 0.10000000149011612. */
function shortestFloat(value: unknown): unknown {
  if (typeof value !== 'number' || !Number.isFinite(value)) return value;
  for (let digits = 1; digits <= 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return short;
  }
  return value;
}

/**
 * Throws Error where a header promises more rows than the file can hold, or columns that its schema does not name.
 * hyparquet starts all columns at once and waits for those that the schema names: the failure of another would end the
 * process.
 */
function check({ row_groups: groups }: FileMetaData, schema: SchemaTree, size: number): void {
  const leaves = new Set(leafPaths(schema));
  let rows = 0;
  for (const { num_rows: count, columns } of groups) {
    rows += Number(count);
    const paths = columns.map((c) => JSON.stringify(c.meta_data?.path_in_schema));
    if (new Set(paths).size !== paths.length || !paths.every((path) => leaves.has(path)))
      throw new Error('columns that the schema does not name');
  }
  if (!(rows <= size)) throw new Error(`${rows} rows in ${size} bytes`);
}

/**
 * Throws Error for a page header that lacks a length or a count, or has one that the file cannot hold: hyparquet computes
 * on with undefined, and does not end.
 */
function checkPages(bytes: Uint8Array, column: ColumnMetaData, parquetHeader: (reader: DataReader) => PageHeader) {
  const start = Number(column.dictionary_page_offset || column.data_page_offset);
  const { buffer, byteOffset } = bytes;
  const reader = {
    view: new DataView(buffer, byteOffset + start, Number(column.total_compressed_size)),
    offset: 0,
  };
  const need = (value: number | bigint | undefined, most: number) => {
    const n = Number(value);
    if (!(Number.isInteger(n) && n >= 0 && n <= most))
      throw new Error(`a page says ${value}, where ${most} is the most`);
    return n;
  };
  const values = 8 * bytes.length; // a bit each, at least
  while (reader.offset < reader.view.byteLength - 1) {
    const header = parquetHeader(reader);
    const size = need(header.compressed_page_size, reader.view.byteLength - reader.offset);
    need(header.uncompressed_page_size, BOUNDS.page);
    const { data_page_header: page, dictionary_page_header: dictionary, data_page_header_v2: second } = header;
    if (page) need(page.num_values, values);
    if (dictionary) need(dictionary.num_values, values);
    if (second) {
      need(second.num_nulls, need(second.num_values, values));
      need(second.repetition_levels_byte_length, size - need(second.definition_levels_byte_length, size));
    }
    reader.offset += size;
  }
}

const leafPaths = ({ children, path }: SchemaTree): string[] =>
  children.length === 0 ? [JSON.stringify(path)] : children.flatMap(leafPaths);
