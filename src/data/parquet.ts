/** Parquet files as rows, through hyparquet; pages compressed with snappy, gzip, zstd, brotli or lz4. */
import type {
  AsyncBuffer,
  ColumnMetaData,
  CompressionCodec,
  Compressors,
  DataReader,
  FileMetaData,
  PageHeader,
  SchemaTree,
} from 'hyparquet';
import { BOUNDS } from './bounds';
import { type ByteSource, bytesText } from './bytes';
import { BadInput } from './errors';
import type { FieldMap } from './field-map';
import { ASKED } from './field-names';
import { type PagedColumn, runsCheck } from './parquet-runs';
import { expectForward } from './snappy-lengths';

/** A row's columns that are asked for, and the names of the others that its file has. */
interface Row {
  readonly fields: Record<string, unknown>;
  readonly unread: readonly string[];
}

/** Which columns are read beside those that something asks for, and what they may unpack to. */
export interface Columns {
  readonly also?: Pick<FieldMap, 'has'>;
  readonly most?: number;
}

/**
 * The rows of a file, of which a row group is in memory at a time; columns of names that neither anything asks for nor `also`
 * has are not read. Throws BadInput.
 */
export async function* parquetRows(file: ByteSource, columns: Columns = {}): AsyncGenerator<Row> {
  try {
    yield* rowsOf(file, columns);
  } catch (error) {
    if (error instanceof BadInput) throw error;
    throw new BadInput(
      `not a readable parquet file: ${(error as Error).message}`,
      file.where,
      'Write it again, or as JSONL.',
    );
  }
}

async function* rowsOf(source: ByteSource, { also = new Map(), most = BOUNDS.unpacked }: Columns): AsyncGenerator<Row> {
  const isAsked = (name: string) => ASKED.has(name) || also.has(name);
  const [{ parquetMetadataAsync, parquetReadObjects, parquetSchema }, { parquetHeader }] = await Promise.all([
    import('hyparquet'),
    import('hyparquet/src/column.js'),
  ]);
  const file = ranges(source);
  const codecs = await decompressors();
  const metadata = await parquetMetadataAsync(file, { geoparquet: false }); // that walks back as far as a group’s children say
  const schema = parquetSchema(metadata);
  check(metadata, schema, source);
  const exact = exactColumns(metadata);
  const names = schema.children.map(({ element }) => element.name);
  const columns = names.filter(isAsked);
  const unread = names.filter((name) => !isAsked(name));
  const tally = new Tally(source.where, most);
  for (const group of metadata.row_groups) {
    const compressors: Compressors = {};
    for (const { meta_data: column } of group.columns)
      if (column && isAsked(column.path_in_schema[0])) {
        const chunk = new Uint8Array(await chunkOf(file, column));
        const checks = new Map(checkPages(chunk, pagedColumn(schema, column), source.size, tally, parquetHeader));
        const unpack = codecs[column.codec];
        if (!unpack) throw new Error(`pages packed with ${column.codec}`);
        column.codec = JSON.stringify(column.path_in_schema) as CompressionCodec; // hyparquet unpacks each column by its own
        compressors[column.codec] = (packed, length) => {
          const page = unpack(packed, length);
          const check = checks.get(packed.byteOffset);
          if (!check) throw new Error('a page where none begins');
          check(page);
          return page;
        };
      }
    const alone = { ...metadata, row_groups: [group], num_rows: group.num_rows };
    const rows =
      columns.length > 0
        ? await parquetReadObjects({ file, metadata: alone, columns, compressors })
        : Array.from({ length: Number(group.num_rows) }, () => ({}));
    for (const fields of rows as Record<string, unknown>[]) {
      for (const [column, of] of exact) if (Object.hasOwn(fields, column)) fields[column] = of(fields[column]);
      tally.texts(fields);
      yield { fields, unread };
    }
  }
}

/** A file as hyparquet reads it; what lies outside is refused. */
function ranges({ size, read }: ByteSource): AsyncBuffer {
  return {
    byteLength: size,
    async slice(from, to = size) {
      if (!(from >= 0 && from <= to && to <= size)) throw new Error(`bytes ${from} to ${to} of ${size}`);
      const bytes = await read(from, to);
      return bytes.byteLength === bytes.buffer.byteLength ? bytes.buffer : bytes.slice().buffer;
    },
  };
}

/** What unpacks a page, each into no more than the page promises. */
async function decompressors(): Promise<Compressors> {
  const [{ snappyUncompress }, codecs] = await Promise.all([import('hyparquet'), import('hyparquet-compressors')]);
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
  return {
    UNCOMPRESSED: asItIs,
    SNAPPY: into((input, output) => {
      expectForward(input);
      snappyUncompress(input, output);
    }),
    GZIP: into(codecs.gunzip),
    ZSTD: into(codecs.decompressZstd),
    BROTLI: (input, length) => codecs.decompressBrotli(input, page(length).length),
    LZ4: (input, length) => codecs.decompressLz4(input, page(length).length),
    LZ4_RAW: (input, length) => codecs.decompressLz4Raw(input, page(length).length),
  };
}

const asItIs = (page: Uint8Array): Uint8Array => page;

/** What a file's columns come to. Throws BadInput for more than may be. */
class Tally {
  private unpacked = 0;
  private values = 0;
  private characters = 0;

  constructor(
    private readonly where: string,
    private readonly most: number,
  ) {}

  page(bytes: number, values: number): void {
    this.unpacked += bytes;
    this.values += values;
    if (this.unpacked > this.most) this.refuse(`unpack to more than the ${bytesText(this.most)}`);
    if (this.values > BOUNDS.cells) this.refuse(`hold more than the ${BOUNDS.cells} values`);
  }

  /** A text of a dictionary takes its bytes once in the file, and here as often as a row has it. */
  texts(value: unknown): void {
    if (typeof value === 'string') this.characters += value.length;
    else if (Array.isArray(value)) for (const inner of value) this.texts(inner);
    else if (typeof value === 'object' && value !== null && !ArrayBuffer.isView(value))
      for (const inner of Object.values(value)) this.texts(inner);
    if (this.characters > this.most) this.refuse(`hold texts of more than the ${bytesText(this.most)}`);
  }

  private refuse(what: string): never {
    throw new BadInput(`The columns ${what} that are read`, this.where, 'Split the file.');
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
function check({ row_groups: groups }: FileMetaData, schema: SchemaTree, { size, where }: ByteSource): void {
  const leaves = new Set(leafPaths(schema));
  let rows = 0;
  for (const group of groups) {
    rows += Number(group.num_rows);
    const paths = group.columns.map((c) => JSON.stringify(c.meta_data?.path_in_schema));
    if (new Set(paths).size !== paths.length || !paths.every((path) => leaves.has(path)))
      throw new Error('columns that the schema does not name');
  }
  if (!(rows <= size)) throw new Error(`${rows} rows in ${size} bytes`);
  if (rows > BOUNDS.records)
    throw new BadInput(`The file has ${rows} rows, more than the ${BOUNDS.records} that are read`, where, 'Split it.');
}

/** The bytes of a column of a row group. */
const chunkOf = (file: AsyncBuffer, column: ColumnMetaData) => {
  const from = Number(column.dictionary_page_offset || column.data_page_offset);
  return file.slice(from, from + Number(column.total_compressed_size));
};

/**
 * Throws Error for a page header that lacks a length or a count, or has one that the file cannot hold: hyparquet computes
 * on with undefined, and does not end. `chunk`: a column of a row group, in a file of `size` bytes.
 */
function* checkPages(
  chunk: Uint8Array,
  column: PagedColumn,
  size: number,
  tally: Tally,
  parquetHeader: (reader: DataReader) => PageHeader,
): Generator<ReturnType<typeof runsCheck>> {
  const reader = { view: new DataView(chunk.buffer, chunk.byteOffset, chunk.byteLength), offset: 0 };
  const need = (value: number | bigint | undefined, most: number) => {
    const n = Number(value);
    if (!(Number.isInteger(n) && n >= 0 && n <= most))
      throw new Error(`a page says ${value}, where ${most} is the most`);
    return n;
  };
  const values = 8 * size; // a bit each, at least
  while (reader.offset < reader.view.byteLength - 1) {
    const header = parquetHeader(reader);
    const packed = need(header.compressed_page_size, reader.view.byteLength - reader.offset);
    const { data_page_header: page, dictionary_page_header: dictionary, data_page_header_v2: second } = header;
    const counts = [page, dictionary, second].map((of) => (of ? need(of.num_values, values) : 0));
    if (second) {
      need(second.num_nulls, counts[2]);
      need(second.repetition_levels_byte_length, packed - need(second.definition_levels_byte_length, packed));
    }
    tally.page(need(header.uncompressed_page_size, BOUNDS.page), Math.max(...counts));
    yield runsCheck(header, chunk.subarray(reader.offset, reader.offset + packed), column);
    reader.offset += packed;
  }
}

/** The path is of the schema: `check`. */
function pagedColumn(schema: SchemaTree, { path_in_schema: path, type }: ColumnMetaData): PagedColumn {
  let [at, repeated, optional] = [schema as SchemaTree | undefined, 0, 0];
  for (const name of path) {
    at = at?.children.find(({ element }) => element.name === name);
    if (at?.element.repetition_type === 'REPEATED') repeated++;
    if (at?.element.repetition_type !== 'REQUIRED') optional++;
  }
  return { repeated, optional, isBoolean: type === 'BOOLEAN' };
}

const leafPaths = ({ children, path }: SchemaTree): string[] =>
  children.length === 0 ? [JSON.stringify(path)] : children.flatMap(leafPaths);
