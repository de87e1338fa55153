/**
 * The table of built-in tasks: a task is a file and a row here, and the command line, the page, the inspector and the docs
 * read the row. A native task has a vocabulary of its own, which only models made with it speak; a chat task asks any
 * model, in its own chat template.
 */

import type { BadRows } from './bad-rows';
import { codeSamples } from './code/samples';
import type { Conversation } from './conversations';
import { countdownProblems, countdownSamples, judgeCountdown } from './countdown';
import { BadInput } from './errors';
import { isDealRecord, jsonlTask } from './jsonl-task';
import type { DataRecord } from './records';
import { judgeSpelling, spellingProblems, spellingSamples } from './spelling';
import { stories } from './stories/task';
import { twoCards } from './two-cards/task';
import type { Problem, SampleAnswer, Task, Tokenizer, Verdict } from './types';
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
  /** For a search of steps: the words that a step ends with, and the most steps that a response takes. */
  readonly steps: { readonly ends: readonly string[]; readonly most: number };
  /** What a problem asks, in one sentence for whoever sees one for the first time. */
  readonly asks: string;
  /** The model that was made with it and comes with the lab. */
  readonly model: string;
  /** Problems from a file; absent where the task makes its own alone. */
  readonly file?: {
    /** Whether a file's record is a problem of this task. */
    readonly fits: (record: DataRecord) => boolean;
    readonly open: (records: AsyncIterable<DataRecord>, file: string, bad: BadRows) => Promise<Task>;
  };
}

export interface ChatRow extends Row {
  readonly kind: 'chat';
  /** The first `count` problems; all that a run draws from where absent. */
  readonly problems: (count?: number) => Problem[] | Promise<Problem[]>;
  readonly samples: (problem: Problem, seed: number) => SampleAnswer[];
  /** Judges the answer that a response states; the maths verifier where absent. */
  readonly judge?: (problem: Problem, answer: string) => Verdict;
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

/** Training problems of a native task in its own words, answered with every chance to deliberate taken. */
const promptsAndAnswers = (task: Task): Conversation[] =>
  task
    .generate({ split: 'train', count: EXAMPLES, seed: STREAM, minDepth: 1 })
    .map((problem) =>
      pairOf(task.tokenizer.decode(task.studentPrompt(problem)), task.deliberate?.(problem) ?? null, true),
    );

export const TASKS = [
  {
    kind: 'native',
    name: twoCards.name,
    label: 'two cards',
    doc: twoCards.doc,
    depth: { of: 'attempts', least: 5 },
    task: twoCards,
    steps: { ends: ['no', 'yes'], most: 16 }, // all 15 pairs, and the answer
    asks: '“make 35 from 3 18 15 20 14 8” asks for two of the cards that sum to 35.',
    model: 'nano',
    file: { fits: isDealRecord, open: jsonlTask },
    examples: {
      name: `${twoCards.name}-scans`,
      doc: '1,024 training problems of the nano task with the whole scan as the answer. What reinforcement would have to discover is shown here.',
      conversations: () => promptsAndAnswers(twoCards),
    },
  },
  {
    kind: 'native',
    name: stories.name,
    label: 'stories',
    doc: stories.doc,
    depth: { of: 'sums', least: 4 },
    task: stories,
    steps: { ends: ['.'], most: 16 },
    asks: 'A story asks how many things somebody has in the end, and the solution does one sum a sentence.',
    model: 'micro',
    examples: {
      name: `${stories.name}-checked`,
      doc: '1,024 training stories with a second look at every sum as the answer: the habit that reinforcement would have to strengthen.',
      conversations: () => promptsAndAnswers(stories),
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
  {
    kind: 'chat',
    name: 'countdown',
    label: 'countdown',
    doc: 'Make a target of three to six numbers, each used once, by + − × ÷: any expression that does is right. Judged as reasoning-gym judges its countdown.',
    depth: { of: 'operations', least: 2 },
    problems: (count = 4096) => countdownProblems(count),
    samples: countdownSamples,
    judge: judgeCountdown,
  },
  {
    kind: 'chat',
    name: 'spell-backward',
    label: 'spelling backwards',
    doc: 'Spell a word from its last letter to its first; words of our own, of 3 to 10 letters. Judged as reasoning-gym judges its spell_backward.',
    depth: { of: 'letters', least: 3 },
    problems: spellingProblems,
    samples: spellingSamples,
    judge: judgeSpelling,
  },
  {
    kind: 'chat',
    name: 'code-problems',
    label: 'code problems',
    doc: 'Forty functions in Python, from one line to a page. The answer’s code is run against tests, in an interpreter that is shut off from everything.',
    depth: { of: 'lines', least: 1 },
    // Loaded when asked for: they are long, and most visits need none of them.
    problems: async (count) => (await import('./code-problems')).codeProblems(count),
    samples: codeSamples,
  },
] as const satisfies readonly TaskRow[];

/** The task of a fresh page and of a bare command, and the one for models that do not speak its language. */
export const [NATIVE_TASK] = TASKS;
export const CHAT_TASK = TASKS[2];

const NATIVE: readonly NativeRow[] = TASKS.filter((row) => row.kind === 'native');

/** The models that come with the lab. */
export const BUILT_IN_MODELS: readonly string[] = NATIVE.map(({ model }) => model);

/** Tokens that an answer to a task may take where nothing is asked for; `others`: to those that are no built-in model's. */
export const usualTokens = (task: string, others = 83): number =>
  NATIVE.find(({ name }) => name === task)?.task.maxNewTokens ?? others;

/** The task that a built-in model speaks; null for any other model. */
export const taskOfModel = (name: string): NativeRow | null => NATIVE.find(({ model }) => model === name) ?? null;

/** The task whose words are this tokenizer's whole vocabulary; null for models that can be asked anything. */
export const nativeTask = ({ vocabSize, token }: Pick<Tokenizer, 'vocabSize' | 'token'>): Task | null =>
  NATIVE.find(({ task: { tokenizer } }) => tokenizer.vocabSize === vocabSize && tokenizer.token(0) === token(0))
    ?.task ?? null;

/** How the task whose vocabulary this is cuts a response into steps; null for models that can be asked anything. */
export const nativeSteps = (tokenizer: Pick<Tokenizer, 'vocabSize' | 'token'>): NativeRow['steps'] | null =>
  NATIVE.find(({ task }) => task === nativeTask(tokenizer))?.steps ?? null;

/** The native task that a file's record is a problem of. */
export const taskOfRecord = (record: DataRecord) => NATIVE.find(({ file }) => file?.fits(record))?.file ?? null;

const modelOf = (row: TaskRow): string | null => (row.kind === 'native' ? row.model : null);

/** The built-in examples for supervised runs, each with the one model that it is for; null: any chat model. */
export const EXAMPLE_SETS = TASKS.flatMap((row: TaskRow) =>
  row.examples ? [{ model: modelOf(row), ...row.examples }] : [],
);

/** How a list of choices names what the lab brings. */
export const builtInLabel = ({ name, model }: { name: string; model: string | null }): string =>
  `${name} (built in${model === null ? '' : `, for ${model}`})`;

/** The tasks that the page offers: names, and what choices call them. */
export const TASK_CHOICES = TASKS.map(
  (row: TaskRow) => [row.name, builtInLabel({ name: row.name, model: modelOf(row) })] as const,
);

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
