/** Ids that were met, with the place of the record that has each: of a million records a place takes a number. */
import { BadInput } from './errors';

/** Numbers of records below it: they are told apart from the files'. */
const RECORDS = 2 ** 32;

export class Ids {
  private readonly places = new Map<string, number>();
  /** What places begin with: "file, line ". */
  private readonly beginnings: string[] = [];

  /** Takes an id; what is wrong where an earlier record has it. */
  taken(id: string, where: string): BadInput | null {
    const earlier = this.places.get(id);
    if (earlier !== undefined)
      return new BadInput(
        `the id "${id}" is that of ${this.placeOf(earlier)} too`,
        where,
        'Give each problem its own id.',
      );
    this.places.set(id, this.numberOf(where));
    return null;
  }

  private numberOf(where: string): number {
    const number = /[1-9]\d{0,8}$/.exec(where)?.[0] ?? '';
    const beginning = where.slice(0, where.length - number.length);
    if (this.beginnings.at(-1) !== beginning) this.beginnings.push(beginning);
    return (this.beginnings.length - 1) * RECORDS + Number(number);
  }

  private placeOf(place: number): string {
    const number = place % RECORDS;
    return `${this.beginnings[Math.floor(place / RECORDS)]}${number || ''}`;
  }
}
