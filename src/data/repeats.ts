/** Rows that say again what an earlier row said: DAPO-Math-17k has each of its problems about a hundred times. */
import { BOUNDS } from './bounds';
import { bytesText } from './bytes';
import { BadInput } from './errors';
import type { DataRecord } from './records';
import type { Problem } from './types';

/** Problems as they come from records, each question once. What is left out is counted, and said by `leftOut`. */
export class Distinct {
  readonly problems: Problem[] = [];
  private rows = 0;
  private repeated = 0;
  private contradicting = 0;
  private pictured = 0;
  private characters = 0;
  /** The answers of the questions that were met. */
  private readonly answers = new Map<string, string>();
  private readonly ids = new Map<string, string>();

  /** The first row of a question counts. Throws BadInput where two questions have the same id. */
  add(problem: Problem, { where }: DataRecord): void {
    this.rows++;
    if (/<image_\d+>/.test(problem.question)) {
      this.pictured++;
      return;
    }
    const question = questionKey(problem.question);
    const answer = this.answers.get(question);
    if (answer !== undefined) {
      if (answer === problem.answer) this.repeated++;
      else this.contradicting++;
      return;
    }
    const earlier = this.ids.get(problem.id);
    if (earlier)
      throw new BadInput(`the id "${problem.id}" is that of ${earlier} too`, where, 'Give each problem its own id.');
    this.characters += problem.question.length + (problem.solution?.length ?? 0) + problem.answer.length;
    if (this.characters > BOUNDS.unpacked)
      throw new BadInput(
        `The problems up to here have more than the ${bytesText(BOUNDS.unpacked)} of text that are kept`,
        where,
        'Split the file.',
      );
    this.answers.set(question, problem.answer);
    this.ids.set(problem.id, where);
    this.problems.push(problem);
  }

  /** How many rows are no problem, and why; null where all are. */
  leftOut(): string | null {
    const count = (n: number, why: string) => (n === 0 ? [] : [`${n} ${why}`]);
    const parts = [
      ...count(this.repeated, 'repeat an earlier question'),
      ...count(this.contradicting, 'repeat one with another answer'),
      ...count(this.pictured, 'need a picture'),
    ];
    return parts.length === 0 ? null : `of ${this.rows} rows ${parts.join(', ')}: left out`;
  }
}

/** Two questions are one where they differ in blanks alone. */
const questionKey = (question: string): string => question.replace(/\s+/g, ' ').trim();
