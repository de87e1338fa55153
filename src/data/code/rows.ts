/**
 * Rows of code datasets as problems, by their fields: HumanEval and HumanEval+, MBPP and MBPP+, LiveCodeBench, rows with a list
 * of asserts as their truth (Dolci RL-Zero Code), and the lab's own form. docs/code-problems.md has the table.
 */
import { withoutInstruction } from '../benchmark-forms';
import { BadInput } from '../errors';
import { GRADED } from '../field-names';
import { writtenValue } from '../json';
import { type DataRecord, field, isRecord, isText, shown, textField } from '../records';
import type { Problem } from '../types';
import { inBlock } from './code-block';
import { liveCodeBenchTests } from './live-code-bench';
import { isPacked, unpacked } from './packed';
import { testsIn } from './tests';
import type { CodeFacts, CodeTests } from './types';

/** What a code problem holds beside its question; null for any other problem. */
export const codeFactsOf = ({ facts }: Pick<Problem, 'facts'>): CodeFacts | null =>
  (facts.code as CodeFacts | undefined) ?? null;

/** A row of a code dataset, as a problem; null for another row. Throws BadInput where tests are there and cannot be read. */
export async function codeProblemOf(record: DataRecord, fallbackId: string): Promise<Problem | null> {
  const form = FORMS.find(({ fits }) => fits(record));
  if (!form) return null;
  const { question, solution, ...facts } = await form.read(record);
  if (!question) throw new BadInput('the question is missing', record.where, 'Add the field prompt.');
  return {
    id: textField(record, ['task_id', 'question_id', 'id']) ?? fallbackId,
    question: question.trim(),
    solution: solution === null ? null : inBlock(solution),
    answer: solution ?? '',
    facts: { code: { ...NOTHING_BEFORE, ...facts } satisfies CodeFacts },
  };
}

/** How a file's rows are read, for whoever opens it; null for a row that is none of code. */
export function codeReadingOf(record: DataRecord): string | null {
  const form = FORMS.find(({ fits }) => fits(record));
  if (!form) return null;
  const parts = Object.entries(form.from).flatMap(([part, names]) => {
    const there = names.filter((name) => has(record, name));
    return there.length > 0 ? [`${part} from ${there.join(' and ')}`] : [];
  });
  return `${form.name}: ${parts.join(', ')}`;
}

interface Read extends Partial<Omit<CodeFacts, 'tests'>>, Pick<CodeFacts, 'tests'> {
  readonly question: string | null;
  readonly solution: string | null;
}

interface Form {
  readonly name: string;
  /** Which fields each part of a problem is made of, where they are there. */
  readonly from: Readonly<Record<string, readonly string[]>>;
  readonly fits: (record: DataRecord) => boolean;
  readonly read: (record: DataRecord) => Read | Promise<Read>;
}

const NOTHING_BEFORE = { setup: '', imports: '' };
const has = (record: DataRecord, ...names: string[]): boolean => names.every((name) => field(record, [name]) !== null);
const text = (record: DataRecord, ...names: string[]): string | null => textField(record, names);

/** Fields of the lab's own form and of those like it: DeepCoder's, AceCode's, APPS'. */
const ASKS = ['prompt', 'question', 'problem'];
const TESTS = ['tests', 'test_cases', 'input_output'];

const FORMS: readonly Form[] = [
  {
    name: 'HumanEval',
    from: { question: ['prompt'], solution: ['prompt', 'canonical_solution'], tests: ['test', 'entry_point'] },
    fits: (record) => has(record, 'prompt', 'entry_point', 'test'),
    read: (record) => {
      const prompt = text(record, 'prompt') ?? '';
      const rest = text(record, 'canonical_solution');
      return {
        question: `Complete this function; write the whole of it.\n\n${inBlock(prompt)}`,
        solution: rest === null ? null : `${prompt}${rest}`,
        // Its imports and its helpers; a function of words alone is one, until the answer's takes its place.
        setup: prompt,
        tests: { form: 'program', tests: text(record, 'test') ?? '', entry: text(record, 'entry_point') },
      };
    },
  },
  {
    name: 'MBPP',
    from: {
      question: ['prompt', 'text', 'test_list'],
      solution: ['code'],
      tests: ['test_list', 'test', 'test_imports'],
    },
    fits: (record) => has(record, 'test_list') && (has(record, 'prompt') || has(record, 'text')),
    read: (record) => {
      const listed = listOf(record, 'test_list');
      const program = text(record, 'test');
      const imports = has(record, 'test_imports') ? listOf(record, 'test_imports').join('\n') : '';
      return {
        question: `${text(record, 'prompt', 'text')}\n\nIt is to pass tests like this one:\n\n${inBlock(listed[0])}`,
        solution: text(record, 'code'),
        setup: text(record, 'test_setup_code') ?? '',
        imports,
        tests: program === null ? { form: 'asserts', tests: listed } : { form: 'program', tests: program, entry: null },
      };
    },
  },
  {
    name: 'LiveCodeBench',
    from: {
      question: ['question_title', 'question_content', 'starter_code'],
      tests: ['public_test_cases', 'private_test_cases', 'metadata'],
    },
    fits: (record) => has(record, 'question_content', 'public_test_cases'),
    read: async (record) => {
      const starter = text(record, 'starter_code');
      const parts = [text(record, 'question_title'), text(record, 'question_content')];
      const begin = starter === null ? READS_AND_WRITES : `Begin with this:\n\n${inBlock(starter)}`;
      return {
        question: [...parts, begin].filter((part) => part !== null).join('\n\n'),
        solution: null,
        imports: '',
        setup: starter === null ? '' : 'from typing import *',
        tests: await liveCodeBenchTests(record),
      };
    },
  },
  {
    name: 'code with tests',
    from: { question: ASKS, solution: ['solution', 'code', 'solutions'], tests: [...TESTS, 'entry_point'] },
    fits: (record) => field(record, TESTS) !== null && field(record, ASKS) !== null,
    read: (record) => {
      const starter = text(record, 'starter_code')?.trim();
      const begin = starter ? `Begin with this:\n\n${inBlock(starter)}` : null;
      return {
        question: [text(record, ...ASKS), begin].filter((part) => part !== null).join('\n\n'),
        solution: solutionOf(record),
        setup: text(record, 'setup') ?? '',
        tests: testsOf(record, TESTS),
      };
    },
  },
  {
    name: 'code with its tests as the truth',
    from: { question: ['prompt'], solution: ['solution'], tests: ['ground_truth', GRADED] },
    fits: (record) => has(record, 'prompt') && (packedTruth(record) ?? testsIn(truthField(record), null)) !== null,
    read: async (record) => ({
      question: promptOf(record),
      solution: text(record, 'solution'),
      tests: await truthOrPacked(record),
    }),
  },
];

const READS_AND_WRITES = 'Read the input from stdin, and write the answer to stdout.';

/** A list of texts. Throws BadInput for another type, or an empty one. */
function listOf(record: DataRecord, name: string): string[] {
  const { value: written } = field(record, [name]) as { value: unknown };
  const value = writtenValue(written);
  if (Array.isArray(value) && value.every(isText) && (value.length > 0 || name === 'test_imports')) return value;
  throw new BadInput(`"${name}" is ${shown(written)}`, record.where, 'It must be a list of texts.');
}

/** Tests in the lab's own form, and in those that others write: a program, or a list of asserts or of inputs and outputs. */
function testsOf(record: DataRecord, names: readonly string[]): CodeTests {
  const { name, value } = field(record, names) as { name: string; value: unknown };
  const entry = text(record, 'entry_point');
  const tests = testsIn(value, entry);
  if (tests) return tests;
  if (isText(value)) return { form: 'program', tests: value, entry };
  return { form: 'asserts', tests: listOf(record, name) };
}

/** The first solution of several, which may be the JSON of their list. */
function solutionOf(record: DataRecord): string | null {
  const listed = writtenValue(field(record, ['solutions'])?.value);
  const first: unknown = Array.isArray(listed) ? listed[0] : null;
  return text(record, 'solution', 'code') ?? (isText(first) ? first : null);
}

/**
 * A row's truth, its own or verl's, whose record may be JSON; of a list with one text that is JSON or packed, as Dolci RL-Zero
 * has them, that text.
 */
function truthField(record: DataRecord): unknown {
  const held = writtenValue(field(record, [GRADED])?.value);
  const value = field(record, ['ground_truth'])?.value ?? (isRecord(held) ? held.ground_truth : null);
  const alone = Array.isArray(value) && value.length === 1 ? value[0] : null;
  return isText(alone) && (/^\s*[[{]/.test(alone) || isPacked(alone)) ? alone : value;
}

/** A truth that has to be unpacked first; null for another. */
function packedTruth(record: DataRecord): string | null {
  const value = truthField(record);
  return isText(value) && isPacked(value) ? value : null;
}

/** Throws BadInput where it is packed, and no tests are in it. */
async function truthOrPacked(record: DataRecord): Promise<CodeTests> {
  const packed = packedTruth(record);
  const tests = packed === null ? testsIn(truthField(record), null) : testsIn(await unpacked(packed, record), null);
  if (tests) return tests;
  throw new BadInput(
    'its packed tests are neither asserts nor inputs and outputs',
    record.where,
    'Leave this row out.',
  );
}

/** What the user says: of a list of messages, or of a text that names who speaks, as Dolci RL-Zero's do. */
function promptOf(record: DataRecord): string | null {
  const { value } = field(record, ['prompt']) as { value: unknown };
  if (!Array.isArray(value)) return withoutInstruction(text(record, 'prompt') ?? '') || null;
  const said = value.filter((m) => isRecord(m) && m.role === 'user' && isText(m.content));
  return said.map((m) => (m as { content: string }).content).join('\n\n') || null;
}
