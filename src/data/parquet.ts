/** Parquet files as rows, through hyparquet; pages compressed with snappy, gzip, zstd, brotli or lz4. */
import type { ColumnMetaData, DataReader, FileMetaData, PageHeader, SchemaTree } from 'hyparquet';
import { BadInput } from './errors';

/** Longest page that is decompressed, in bytes. Writers make pages of about 1 MiB: a longer one is a broken header. */
const PAGE_BYTES = 256 * 2 ** 20;

/** All rows of a file as objects. Throws BadInput. */
export async function parquetRows(bytes: Uint8Array, name: string): Promise<Record<string, unknown>[]> {
  const [{ parquetMetadataAsync, parquetReadObjects, parquetSchema, snappyUncompress }, { parquetHeader }, codecs] =
    await Promise.all([import('hyparquet'), import('hyparquet/src/column.js'), import('hyparquet-compressors')]);
  const page = (length: number) => {
    if (!(length >= 0 && length <= PAGE_BYTES)) throw new Error(`a page of ${length} bytes`);
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
    return await parquetReadObjects({
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
  } catch (error) {
    throw new BadInput(
      `not a readable parquet file: ${(error as Error).message}`,
      name,
      'Write it again, or as JSONL.',
    );
  }
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
    need(header.uncompressed_page_size, PAGE_BYTES);
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
