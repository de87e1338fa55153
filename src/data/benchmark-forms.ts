/** What single datasets put around what everybody has: DAPO's instruction about the question, OlympiadBench's lists, unit and tolerance. */
import { BadInput } from './errors';
import { type DataRecord, shown } from './records';

/** DAPO-Math-17k's words around each question, which ask for a last line "Answer: …" where the lab's wording asks for a box. */
const DAPO =
  /^Solve the following math problem step by step\. The last line of your response should be of the form Answer: \$?Answer \(without quotes\) where \$?Answer is the answer to the problem\.\s+([\s\S]+?)\s+Remember to put your answer on its own line after "Answer:"\.?\s*$/;

/** Dolci RL-Zero's name of who asks. */
const WHO = /^\s*user: /;

/** The question without what is known to be a dataset's own: an instruction, or who asks. */
export const withoutInstruction = (question: string): string => DAPO.exec(question)?.[1] ?? question.replace(WHO, '');

/** OlympiadBench's answer and how it is graded. */
export interface Olympiad {
  readonly answer: string;
  /** Beside the answer: its unit, and how far off a number may be; one for each answer where there are several. */
  readonly facts: { readonly unit?: string; readonly tolerance?: readonly number[] };
}

/** Of a record whose `final_answer` is a list, as OlympiadBench has it; null for any other. Throws BadInput. */
export function olympiadOf({ fields, where }: DataRecord): Olympiad | null {
  const { final_answer: answers, unit, error } = fields;
  if (!Array.isArray(answers) || answers.length === 0) return null;
  if (!answers.every((answer) => typeof answer === 'string' || typeof answer === 'number'))
    throw new BadInput(`"final_answer" is ${shown(answers)}`, where, 'It must be a list of texts.');
  const tolerance = typeof error === 'string' || typeof error === 'number' ? tolerancesOf(String(error)) : [];
  return {
    answer: answers.map((answer) => String(answer).trim()).join(', '),
    facts: {
      ...(typeof unit === 'string' && unit.trim() !== '' && { unit: unit.trim() }),
      ...(tolerance.length > 0 && { tolerance }),
    },
  };
}

/** "1e-3", or ".1,.01" for several answers; nothing where it is no number. */
function tolerancesOf(text: string): number[] {
  const values = text.split(',').map(Number);
  return values.every((value) => value > 0) ? values : [];
}
