/**
 * Rows of a file that cannot be read. Usually the first of them refuses the file, by name: who has made it wants to know. Of a
 * stranger's dataset they can be left out instead, counted and said.
 */
import { BadInput } from './errors';

export const BAD_ROWS = ['refused', 'left-out'] as const;
export type BadRowsSetting = (typeof BAD_ROWS)[number];

/** Where more than this share of rows is bad, it is the reader that is wrong, or the file's kind. */
const MOST = 0.5;

export class BadRows {
  private count = 0;
  private first: BadInput | null = null;

  constructor(private readonly setting: BadRowsSetting = 'refused') {}

  get areLeftOut(): boolean {
    return this.setting === 'left-out';
  }

  /** Counts a row's fault, or throws it: where rows are not to be left out, and what is no fault of a row. */
  add(error: unknown): void {
    if (!(error instanceof BadInput)) throw error;
    if (!this.areLeftOut)
      throw new BadInput(error.what, error.where, `${error.mend} Or have such rows left out (--bad-rows left-out).`);
    this.count++;
    this.first ??= error;
  }

  /** How many there are, and the first one's fault; null where there is none. Throws BadInput where most of all rows are bad. */
  leftOut(good: number): string | null {
    if (!this.first) return null;
    const all = this.count + good;
    const { what, where, mend } = this.first;
    if (this.count > MOST * all)
      throw new BadInput(`${this.count} of ${all} rows cannot be read; the first: ${what}`, where, mend);
    return `${this.count} of ${all} rows cannot be read (${where}: ${what}): left out`;
  }
}
