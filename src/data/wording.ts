/**
 * The words around a problem and the teacher's privileged context, as named templates (Shen et al., arXiv 2605.11609,
 * appendix C, has the first one's order: the problem, an attempt, its assessment, the request).
 */
import { BadInput } from './errors';
import { writtenJsonOf } from './json';
import { nearest } from './nearest';
import { isRecord } from './records';

/** Texts with {question}, {solution} and {feedback}, which are filled in. */
export interface Wording {
  /** What the student reads. */
  readonly student: string;
  /** Parts of what the teacher reads, joined by blank lines; a part whose filling is missing is left out. */
  readonly teacher: readonly string[];
  readonly correct: string;
  readonly incorrect: string;
}

const BOXED = 'Put the final answer in \\boxed{}.';
const ASKED = `{question}\n\n${BOXED}`;
const IN_CODE = 'Write Python, and put the whole code in one block that begins with ```python.';
const ASSESSED = { correct: 'Your answer is correct.', incorrect: 'Your answer is incorrect.' };

export const WORDINGS: Readonly<Record<string, Wording>> = {
  standard: {
    student: ASKED,
    teacher: [
      ASKED,
      'Your previous attempt:\n{solution}',
      'Previous assessment: {feedback}',
      'Now solve this problem step by step.',
    ],
    ...ASSESSED,
  },
  reference: {
    student: ASKED,
    teacher: [
      ASKED,
      'A solution to learn from:\n{solution}',
      'The answer you are about to give was assessed before: {feedback}',
      'Solve the problem in your own words.',
    ],
    correct: 'it is correct.',
    incorrect: 'it is incorrect.',
  },
  bare: {
    student: '{question}',
    teacher: ['{question}', '{solution}', '{feedback}'],
    ...ASSESSED,
  },
};

/** The same words, asking for code where they ask for an answer in a box. */
export function wordingForCode({ student, teacher, ...rest }: Wording): Wording {
  const turned = (text: string) => text.replaceAll(BOXED, IN_CODE);
  return { ...rest, student: turned(student), teacher: teacher.map(turned) };
}

const FIELDS = ['student', 'teacher', 'correct', 'incorrect'];
const MEND = `Give a name (${Object.keys(WORDINGS).join(', ')}), or JSON {"student": "… {question} …", "teacher": ["… {question} …", "… {solution} …", "… {feedback} …"], "correct": "…", "incorrect": "…"}.`;

/** A wording by its name in the table, or from inline JSON. Throws BadInput with the mend. */
export function wordingOf(text: string): Wording {
  const asked = text.trim();
  if (Object.hasOwn(WORDINGS, asked)) return WORDINGS[asked];
  const fail = (what: string, mend = MEND): never => {
    throw new BadInput(what, 'wording', mend);
  };
  if (!asked.startsWith('{')) {
    const near = nearest(asked, Object.keys(WORDINGS));
    return fail(`no wording is called "${asked}"`, near ? `Did you mean "${near}"?` : MEND);
  }
  const value = writtenJsonOf(asked, 'wording', 'It is', MEND);
  if (!isRecord(value)) return fail('not a JSON object');
  const unknown = Object.keys(value).find((key) => !FIELDS.includes(key));
  if (unknown !== undefined) return fail(`unknown field "${unknown}"`);
  const { student, teacher, correct, incorrect } = value;
  const isText = (x: unknown): x is string => typeof x === 'string' && x.trim() !== '';
  if (!isText(student)) return fail('"student" is no text');
  if (!Array.isArray(teacher) || !teacher.every(isText)) return fail('"teacher" is no list of texts');
  if (!isText(correct) || !isText(incorrect)) return fail('"correct" and "incorrect" must be texts');
  if (!student.includes('{question}')) return fail('"student" lacks {question}');
  const missing = ['{question}', '{solution}', '{feedback}'].find((name) => !teacher.some((t) => t.includes(name)));
  if (missing) return fail(`"teacher" lacks ${missing}`);
  return { student, teacher, correct, incorrect };
}

/** The template with its names filled in; null where one has no filling. Nothing inside a filling is filled in. */
export function fill(template: string, fillings: Readonly<Record<string, string | null>>): string | null {
  let missing = false;
  const filled = template.replace(/\{(question|solution|feedback)\}/g, (_, name: string) => {
    const value = fillings[name] ?? null;
    if (value === null) missing = true;
    return value ?? '';
  });
  return missing ? null : filled;
}
