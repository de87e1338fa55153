/**
 * The table of built-in tasks: a task is a file and a row here, and the command line, the page, the inspector and the docs
 * read the row. A native task has a vocabulary of its own, which only models made with it speak; a chat task asks any
 * model, in its own chat template.
 */
import type { Conversation } from './conversations';
import { BadInput } from './errors';
import { isDealRecord, jsonlTask } from './jsonl-task';
import type { DataRecord } from './records';
import { dealOf, generateProblems } from './two-cards/problem';
import { plainPrompt } from './two-cards/prompts';
import { twoCards } from './two-cards/task';
import { twoCardsTokenizer } from './two-cards/vocabulary';
import type { Problem, SampleAnswer, Task } from './types';
import { sampleAnswers, wordProblems } from './word-problems';

interface Row {
  /** What flags, links and runs call it. */
  readonly name: string;
  /** What the page calls it. */
  readonly label: string;
  readonly doc: string;
  /** What minDepth counts, and the least of it where nothing is asked for. */
  readonly depth: { readonly of: string; readonly least: number };
  /** What supervised runs can learn of it, made by the same generator. */
  readonly examples?: Examples;
}

interface Examples {
  readonly name: string;
  readonly doc: string;
  readonly conversations: () => Conversation[];
}

export interface NativeRow extends Row {
  readonly kind: 'native';
  readonly task: Task;
  /** Whether a file's record is a problem of this task, and the task on such a file. */
  readonly fits: (record: DataRecord) => boolean;
  readonly onFile: (records: AsyncIterable<DataRecord>, file: string) => Promise<Task>;
}

export interface ChatRow extends Row {
  readonly kind: 'chat';
  /** The first `count` problems; all that a run draws from where absent. */
  readonly problems: (count?: number) => Problem[];
  readonly samples: (problem: Problem, seed: number) => SampleAnswer[];
}

export type TaskRow = NativeRow | ChatRow;

const pairOf = (prompt: string, completion: string | null, pair: boolean): Conversation => ({
  messages: [
    { role: 'user', content: prompt },
    { role: 'assistant', content: completion ?? '' },
  ],
  pair,
});
/** How many examples a task gives, and any number to name their stream. */
const [EXAMPLES, STREAM] = [1024, 2605];

export const TASKS = [
  {
    kind: 'native',
    name: twoCards.name,
    label: 'two cards',
    doc: twoCards.doc,
    depth: { of: 'attempts', least: 5 },
    task: twoCards,
    fits: isDealRecord,
    onFile: jsonlTask,
    examples: {
      name: `${twoCards.name}-scans`,
      doc: '1,024 training problems of the nano task with the whole scan as the answer. What reinforcement would have to discover is shown here.',
      conversations: () =>
        generateProblems({ split: 'train', count: EXAMPLES, seed: STREAM, minDepth: 1 }).map((problem) =>
          pairOf(twoCardsTokenizer.decode(plainPrompt(dealOf(problem))), problem.solution, true),
        ),
    },
  },
  {
    kind: 'chat',
    name: 'word-problems',
    label: 'word problems',
    doc: 'Grade-school problems of our own, 30 kinds drawn from a seed, with step-by-step solutions.',
    depth: { of: 'steps', least: 1 },
    problems: (count = 4096) => wordProblems(count),
    samples: sampleAnswers,
    examples: {
      name: 'word-problems',
      doc: '1,024 grade-school problems with step-by-step solutions, as conversations for chat models.',
      conversations: () =>
        wordProblems(EXAMPLES, STREAM).map(({ question, solution }) => pairOf(question, solution, false)),
    },
  },
] as const satisfies readonly TaskRow[];

/** The task of a fresh page and of a bare command, and the one for models that do not speak its language. */
export const [NATIVE_TASK, CHAT_TASK] = TASKS;

/** The built-in examples for supervised runs, each with its task's kind. */
export const EXAMPLE_SETS = TASKS.flatMap(({ kind, examples }: TaskRow) => (examples ? [{ kind, ...examples }] : []));

/** How a list of choices names what the lab brings. */
export const builtInLabel = ({ name, kind }: Pick<TaskRow, 'name' | 'kind'>): string =>
  `${name} (built in${kind === 'native' ? ', for nano' : ''})`;

/** The row of this name; null for a file's or the user's own. */
export const taskRow = (name: string): TaskRow | null => TASKS.find((row) => row.name === name) ?? null;

/** Whether only models made with the task can be asked it. */
export const isNative = (name: string): boolean => taskRow(name)?.kind === 'native';

/** The native task called `name`. Throws BadInput. */
export function findTask(name: string): Task {
  const row = taskRow(name);
  if (row?.kind === 'native') return row.task;
  const known = TASKS.flatMap((t: TaskRow) => (t.kind === 'native' ? [t.name] : [])).join(', ');
  throw new BadInput(`no task is called "${name}"`, 'task', `Known: ${known}; or give a .jsonl file of problems.`);
}
