/** Parquet files as rows, through hyparquet; pages compressed with snappy, gzip, zstd, brotli or lz4. */
import type { FileMetaData, SchemaTree } from 'hyparquet';
import { BadInput } from './errors';

/** Longest page that is decompressed, in bytes. Writers make pages of about 1 MiB: a longer one is a broken header. */
const PAGE_BYTES = 256 * 2 ** 20;

/** All rows of a file as objects. Throws BadInput. */
export async function parquetRows(bytes: Uint8Array, name: string): Promise<Record<string, unknown>[]> {
  const [{ parquetMetadataAsync, parquetReadObjects, parquetSchema, snappyUncompress }, codecs] = await Promise.all([
    import('hyparquet'),
    import('hyparquet-compressors'),
  ]);
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

const leafPaths = ({ children, path }: SchemaTree): string[] =>
  children.length === 0 ? [JSON.stringify(path)] : children.flatMap(leafPaths);
