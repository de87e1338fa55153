/** Series that grow while a run goes on, without being copied. */

/** What a chart, a table or a row of tokens reads: an array, or a `Series`. */
export interface Sequence<T> extends Iterable<T> {
  readonly length: number;
  at(index: number): T | undefined;
  slice(from?: number, to?: number): T[];
}

/**
 * The first `length` entries of an array that is appended to in place. A view never changes: whoever appends gets the
 * next one, another object over the same array, so that `===` tells whether something has come.
 */
export class Series<T> implements Sequence<T> {
  private constructor(
    private readonly all: T[],
    readonly length: number,
  ) {}

  static of<T>(items: Iterable<T> = []): Series<T> {
    const all = [...items];
    return new Series(all, all.length);
  }

  /** The view with these at its end. Only from a view that is not the newest is anything copied. */
  append(item: T): Series<T> {
    return this.concat([item]);
  }

  /** The same with all of these, however many. */
  concat(items: readonly T[]): Series<T> {
    const newest = this.length > 0 && this.length === this.all.length;
    const all = newest ? this.all : this.slice();
    for (const item of items) all.push(item);
    return new Series(all, all.length);
  }

  at(index: number): T | undefined {
    const i = index < 0 ? this.length + index : index;
    return i < this.length ? this.all[i] : undefined;
  }

  slice(from = 0, to = this.length): T[] {
    const inside = (i: number): number => Math.min(this.length, i < 0 ? Math.max(0, this.length + i) : i);
    return this.all.slice(inside(from), inside(to));
  }

  *[Symbol.iterator](): Iterator<T> {
    for (let i = 0; i < this.length; i++) yield this.all[i];
  }
}
