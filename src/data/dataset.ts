/** Datasets of people's own: problems with verifiable answers. */
import { BadRows } from './bad-rows';
import { olympiadOf, withoutInstruction } from './benchmark-forms';
import type { ByteSource } from './bytes';
import { codeProblemOf, codeReadingOf } from './code/rows';
import { BadInput } from './errors';
import { ANSWER, CHOICES, CONTEXT, GRADED, IDS, QUESTION, SOLUTION } from './field-names';
import { gsm8kParts } from './gsm8k';
import { Ids } from './ids';
import { jsonObject, writtenValue } from './json';
import { finalAnswer } from './maths';
import { messagesOf } from './message';
import { choicesOf, contextual } from './question';
import { hash32 } from './random';
import { type DataRecord, field, isRecord, readRecords, textField } from './records';
import { Distinct, type Repeats } from './repeats';
import type { Problem, Split } from './types';

/** Share of a dataset that is held out, in 1/64. */
const HELD_OUT = 8;

/** The split of a question: by its text alone, so that it stays where it is when a file grows. */
export function splitOfQuestion(question: string): Split {
  const codes = Array.from(question.trim().toLowerCase(), (c) => c.codePointAt(0) ?? 0);
  return hash32(codes) % 64 < HELD_OUT ? 'heldout' : 'train';
}

/**
 * Problems of a JSONL, JSON or parquet file with a question, an answer and, where there is one, a solution, under their
 * common names. GSM8K's format (the answer field holds the solution and "#### 42"), MATH's (the answer boxed in the
 * solution) and verl's (a list of messages as the prompt, reward_model.ground_truth) are recognised, and rows of code
 * (code/rows.ts). Throws BadInput naming file, line, field and the mend.
 */
export async function readProblems(file: ByteSource): Promise<readonly Problem[]> {
  return (await problemsOf(readRecords(file), file.where)).problems;
}

/** Problems, each question once unless repeats are kept, and how many rows are left out for what reason. */
export interface FoundProblems {
  readonly problems: readonly Problem[];
  /** null where every row is a problem. */
  readonly leftOut: string | null;
  /** The first row that is one. */
  readonly first: DataRecord | null;
}

/** The problems of a file's records; see readProblems. */
export async function problemsOf(
  records: AsyncIterable<DataRecord>,
  file: string,
  repeats?: Repeats,
  bad = new BadRows(),
): Promise<FoundProblems> {
  const found = new Distinct(repeats, bad);
  let row = 0;
  let first: DataRecord | null = null;
  for await (const record of records) {
    const id = [file, String(row++).padStart(6, '0')].join('/'); // joined: a template's text takes more memory (gsm8k.ts)
    const problem = await problemOf(record, id).catch((error) => bad.add(error));
    if (!problem) continue;
    first ??= record;
    found.add(problem, record);
  }
  return { problems: found.problems, leftOut: found.leftOut(), first };
}

/** A problem of each record, in order. Throws BadInput where two have the same id. */
export async function uniqueProblems(
  records: AsyncIterable<DataRecord>,
  of: (record: DataRecord) => Problem,
  bad = new BadRows(),
): Promise<Problem[]> {
  const problems: Problem[] = [];
  const ids = new Ids();
  for await (const record of records) {
    try {
      const problem = of(record);
      const taken = ids.taken(problem.id, record.where);
      if (taken) throw taken;
      problems.push(problem);
    } catch (error) {
      bad.add(error);
    }
  }
  return problems;
}

/** How a row is read, for whoever opened its file: what each part of a problem is taken from. */
export function readingOf(record: DataRecord): string {
  const code = codeReadingOf(record);
  if (code !== null) return code;
  const parts = { question: QUESTION, answer: [...ANSWER, GRADED], solution: SOLUTION };
  const read = Object.entries(parts).flatMap(([part, names]) => {
    const found = field(record, names);
    return found ? [`${part} from ${found.name}`] : [];
  });
  return read.join(', ');
}

/** True where a record asks something in words. */
export const hasQuestion = (record: DataRecord): boolean => field(record, QUESTION) !== null;

/** One for all: a file may have a million problems. */
const NO_FACTS = {};

async function problemOf(record: DataRecord, fallbackId: string): Promise<Problem> {
  const code = await codeProblemOf(record, fallbackId);
  if (code) return code;
  const question = questionOf(record);
  if (question === null)
    throw new BadInput('the question is missing', record.where, `Add one of the fields ${QUESTION.join(', ')}.`);
  const olympiad = olympiadOf(record);
  const { solution, answer } = olympiad ? { solution: workedOf(record), answer: olympiad.answer } : answerOf(record);
  const choices = choicesOf(field(record, CHOICES)?.value, record.where);
  if (!answer)
    throw new BadInput(
      'the answer is missing',
      record.where,
      `Add one of the fields ${ANSWER.join(', ')}, or end the solution with "#### 42" or \\boxed{42}.`,
    );
  const context = contextual(field(record, CONTEXT)?.value, record.where);
  const listed = choices?.map(({ letter, text }) => `${letter}. ${text}`).join('\n') ?? null;
  return {
    id: textField(record, IDS) ?? fallbackId,
    question: [context, withoutInstruction(question), inputOf(record), listed]
      .filter((part) => part !== null)
      .join('\n\n'),
    solution,
    answer: choices ? chosen(answer, choices) : answer,
    facts: olympiad?.facts ?? NO_FACTS,
  };
}

/** Alpaca's input beside its instruction. */
const inputOf = (record: DataRecord): string | null =>
  field(record, QUESTION)?.name === 'instruction' ? textField(record, ['input']) : null;

/** A choice by its number, as MMLU has it, is its letter. */
function chosen(answer: string, choices: readonly { letter: string; text: string }[]): string {
  const isNamed = choices.some(({ letter, text }) => letter === answer || text === answer);
  return isNamed || !/^\d$/.test(answer) ? answer : (choices[Number(answer)]?.letter ?? answer);
}

/** A text, or what the user says in a list of messages (a system message before it included), or in the JSON of one. */
function questionOf(record: DataRecord): string | null {
  const found = field(record, [...QUESTION, 'messages']);
  const value =
    typeof found?.value === 'string' && /^\s*\[\s*\{/.test(found.value) ? jsonObject(found.value) : found?.value;
  if (!found || !Array.isArray(value) || !value.some(isRecord)) return textField(record, QUESTION);
  const messages = messagesOf(value, record.where);
  if (messages.some((m) => m.role === 'assistant'))
    throw new BadInput(`"${found.name}" holds an answer`, record.where, 'It must end with what the user asks.');
  return messages.map((m) => m.content).join('\n\n');
}

/** The worked solution; the first of several, as OlympiadBench lists them. */
function workedOf(record: DataRecord): string | null {
  const value = field(record, SOLUTION)?.value;
  const isList = Array.isArray(value) && value.length > 1 && value.every((one) => typeof one === 'string');
  return isList ? value[0] : textField(record, SOLUTION);
}

/** The short answer, and the worked solution where there is one. */
function answerOf(record: DataRecord): { solution: string | null; answer: string | null } {
  const worked = workedOf(record);
  const graded = writtenValue(record.fields[GRADED]);
  const given =
    textField(record, ANSWER) ?? (isRecord(graded) ? textField({ ...record, fields: graded }, ANSWER) : null);
  if (given === null) return { solution: worked, answer: worked === null ? null : finalAnswer(worked) };
  const gsm = gsm8kParts(given);
  if (gsm) return { solution: gsm.solution ?? worked, answer: gsm.answer };
  if (!given.includes('\\boxed')) return { solution: worked, answer: given.trim() };
  // The answer field holds a whole solution, or the answer in its box.
  const isWhole = /\S/.test(given.replace(/\$|\\boxed\{[^\n]*\}/g, ''));
  return { solution: worked ?? (isWhole ? given : null), answer: finalAnswer(given) };
}
