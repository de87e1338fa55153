/**
 * The runs in a parquet page: "this value so many times", "so many values packed". hyparquet believes their counts, up to 2³¹, and
 * writes so far behind the end of its list (its readRle): one changed bit ends the process. They are looked at before.
 */
import type { PageHeader, SchemaElement } from 'hyparquet';

/** A column as its pages need it. */
export interface PagedColumn {
  /** Of the path from below the root to the column. */
  readonly elements: readonly SchemaElement[];
  readonly isBoolean: boolean;
}

/** What the last run of a page may have beyond its values: writers pack in eights, and 63 eights at a time. */
const SPARE = 504;
const DICTIONARY = ['PLAIN_DICTIONARY', 'RLE_DICTIONARY'];

/** Throws Error where a run of an unpacked page has more values than the page. Levels and values are read as hyparquet reads them. */
export function expectRuns(page: Uint8Array, header: PageHeader, { elements, isBoolean }: PagedColumn): void {
  const { data_page_header: first, data_page_header_v2: second } = header;
  const runs = new Runs(page);
  const repeated = elements.filter((e) => e.repetition_type === 'REPEATED').length;
  const optional = elements.filter((e) => e.repetition_type !== 'REQUIRED').length;
  if (first) {
    const { num_values: count, encoding } = first;
    if (repeated > 0) runs.sized(count, widthOf(repeated));
    const values = optional > 0 ? runs.sized(count, widthOf(optional), optional) : count;
    if (encoding === 'RLE' && isBoolean) runs.sized(values, 1);
    else if (encoding === 'RLE' || DICTIONARY.includes(encoding)) {
      const width = runs.byte();
      if (width > 0) runs.read(values, width); // without a width all are the first, and nothing follows
    }
  } else if (second) {
    const { num_values: count, repetition_levels_byte_length: r, definition_levels_byte_length: d } = second;
    if (repeated > 0) runs.read(count, widthOf(repeated));
    runs.at = r;
    if (optional > 0) runs.read(count, widthOf(optional));
    runs.at = r + (d ?? 0);
  }
}

/** The same of the values of a page of the second kind, which are unpacked without its levels. */
export function expectValueRuns(values: Uint8Array, { data_page_header_v2: second }: PageHeader): void {
  if (!second) return;
  const runs = new Runs(values);
  const count = second.num_values - second.num_nulls;
  if (DICTIONARY.includes(second.encoding)) runs.read(count, runs.byte());
  else if (second.encoding === 'RLE') runs.sized(count, 1);
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
