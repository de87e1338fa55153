/**
 * The runs in a parquet page: "this value so many times", "so many values packed". hyparquet believes their counts, up to 2³¹, and
 * writes so far behind the end of its list (its readRle): one changed bit ends the process. They are looked at before.
 */
import type { DataPageHeader, PageHeader } from 'hyparquet';

/** A column as its pages need it. */
export interface PagedColumn {
  /** How many of the path from below the root to the column repeat, and how many may be absent. */
  readonly repeated: number;
  readonly optional: number;
  readonly isBoolean: boolean;
}

/** What the last run of a page may have beyond its values: writers pack in eights, and 63 eights at a time. */
const SPARE = 504;
const DICTIONARY = ['PLAIN_DICTIONARY', 'RLE_DICTIONARY'];

/**
 * Where in its column's chunk the packed part of a page begins, and what throws Error where one of its runs, once they are
 * unpacked, has more values than the page. Levels and values are read as hyparquet reads them. Throws Error likewise for what
 * is not packed. `page`: as it lies in the chunk.
 */
export function runsCheck(
  header: PageHeader,
  page: Uint8Array,
  column: PagedColumn,
): [number, (of: Uint8Array) => void] {
  const { type, data_page_header: first, data_page_header_v2: second } = header;
  if (type === 'DATA_PAGE' && first) return [page.byteOffset, (of) => expectRuns(new Runs(of), first, column)];
  if (type !== 'DATA_PAGE_V2' || !second) return [page.byteOffset, () => {}];
  const {
    num_values,
    num_nulls,
    encoding,
    repetition_levels_byte_length: r,
    definition_levels_byte_length: d,
  } = second;
  const levels = new Runs(page);
  if (column.repeated > 0) levels.read(num_values, widthOf(column.repeated));
  levels.at = r;
  if (column.optional > 0) levels.read(num_values, widthOf(column.optional));
  const check = (of: Uint8Array) => {
    const runs = new Runs(of);
    if (DICTIONARY.includes(encoding)) runs.read(num_values - num_nulls, runs.byte());
    else if (encoding === 'RLE') runs.sized(num_values - num_nulls, 1);
  };
  if (second.is_compressed === false) check(page.subarray(r + d));
  return [page.byteOffset + r + d, check];
}

function expectRuns(runs: Runs, { num_values: count, encoding }: DataPageHeader, column: PagedColumn): void {
  const { repeated, optional, isBoolean } = column;
  if (repeated > 0) runs.sized(count, widthOf(repeated));
  const values = optional > 0 ? runs.sized(count, widthOf(optional), optional) : count;
  if (encoding === 'RLE' && isBoolean) runs.sized(values, 1);
  else if (encoding === 'RLE' || DICTIONARY.includes(encoding)) {
    const width = runs.byte();
    if (width > 0) runs.read(values, width); // without a width all are the first, and nothing follows
  }
}

const widthOf = (most: number): number => 32 - Math.clz32(most);

class Runs {
  at = 0;
  private readonly view: DataView;

  constructor(bytes: Uint8Array) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  byte(): number {
    return this.view.getUint8(this.at++);
  }

  /** Runs behind their length in bytes; gives how many of the values are `wanted`. */
  sized(count: number, width: number, wanted?: number): number {
    const end = this.at + 4 + this.view.getUint32(this.at, true);
    this.at += 4;
    const found = this.read(count, width, wanted);
    this.at = end;
    return found;
  }

  /** Walks over runs until there are `count` values. Throws Error, RangeError where the page ends before. */
  read(count: number, width: number, wanted = -1): number {
    let [seen, found] = [0, 0];
    while (seen < count) {
      const head = this.varint();
      const length = (head >>> 1) * (head & 1 ? 8 : 1);
      if (length > count - seen + SPARE) throw new Error(`a run of ${length} values in a page of ${count}`);
      if (head & 1) found += this.packed(Math.min(length, count - seen), length, width, wanted);
      else if (this.value(width) === wanted) found += Math.min(length, count - seen);
      seen += length;
    }
    return found;
  }

  private value(width: number): number {
    let value = 0;
    for (let i = 0; i < (width + 7) >> 3; i++) value |= this.byte() << (8 * i);
    return value;
  }

  private packed(count: number, length: number, width: number, wanted: number): number {
    let found = 0;
    if (wanted >= 0)
      for (let i = 0; i < count; i++) {
        let value = 0;
        for (let b = 0; b < width; b++) {
          const bit = i * width + b;
          value |= ((this.view.getUint8(this.at + (bit >> 3)) >> (bit & 7)) & 1) << b;
        }
        if (value === wanted) found++;
      }
    this.at += (length * width) / 8;
    return found;
  }

  private varint(): number {
    let [result, shift] = [0, 0];
    for (;;) {
      const byte = this.byte();
      result |= (byte & 127) << shift;
      if (byte < 128) return result;
      shift += 7;
    }
  }
}
