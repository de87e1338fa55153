/** Rows that say again what an earlier row said: DAPO-Math-17k has each of its problems about a hundred times. */
import { BadRows } from './bad-rows';
import { BOUNDS } from './bounds';
import { bytesText } from './bytes';
import { BadInput } from './errors';
import { Ids } from './ids';
import type { DataRecord } from './records';
import type { Problem } from './types';

/** `once`: the first row of a question counts. `kept`: every row is a problem, as in runs of earlier versions. */
export const REPEATS = ['once', 'kept'] as const;
export type Repeats = (typeof REPEATS)[number];

/** Problems as they come from records, each question once unless repeats are kept. What is left out is counted, and said by `leftOut`. */
export class Distinct {
  readonly problems: Problem[] = [];
  private rows = 0;
  private repeated = 0;
  private contradicting = 0;
  private pictured = 0;
  private characters = 0;
  /** The answers of the questions that were met. */
  private readonly answers = new Map<string, string>();
  private readonly ids = new Ids();

  constructor(
    private readonly repeats: Repeats = 'once',
    private readonly bad: BadRows = new BadRows(),
  ) {}

  /** Throws BadInput where two questions have the same id and bad rows are not left out. */
  add(problem: Problem, { where }: DataRecord): void {
    this.rows++;
    if (this.repeats === 'once' && !this.isNew(problem)) return;
    const taken = this.ids.taken(problem.id, where);
    if (taken) {
      this.rows--;
      this.bad.add(taken);
      return;
    }
    this.characters += problem.question.length + (problem.solution?.length ?? 0) + problem.answer.length;
    if (this.characters > BOUNDS.unpacked)
      throw new BadInput(
        `The problems up to here have more than the ${bytesText(BOUNDS.unpacked)} of text that are kept`,
        where,
        'Split the file.',
      );
    this.problems.push(problem);
  }

  /** Whether nobody asked it yet, and it can be asked in words; what is left out is counted. */
  private isNew({ question, answer }: Problem): boolean {
    if (/<image_\d+>/.test(question)) {
      this.pictured++;
      return false;
    }
    const key = questionKey(question);
    const earlier = this.answers.get(key);
    if (earlier === undefined) this.answers.set(key, answer);
    else if (earlier === answer) this.repeated++;
    else this.contradicting++;
    return earlier === undefined;
  }

  /** How many rows are no problem, and why; null where all are. Throws BadInput where most cannot be read. */
  leftOut(): string | null {
    const count = (n: number, why: string) => (n === 0 ? [] : [`${n} ${why}`]);
    const parts = [
      ...count(this.repeated, 'repeat an earlier question'),
      ...count(this.contradicting, 'repeat one with another answer'),
      ...count(this.pictured, 'need a picture'),
    ];
    const others = parts.length === 0 ? [] : [`of ${this.rows} rows ${parts.join(', ')}: left out`];
    const bad = this.bad.leftOut(this.rows);
    const all = bad === null ? others : [bad, ...others];
    return all.length === 0 ? null : all.join('; ');
  }
}

/** Two questions are one where they differ in blanks alone. */
function questionKey(question: string): string {
  const key = question.replace(/\s+/g, ' ').trim();
  return key === question ? question : key; // most are in order: their text is kept once
}
