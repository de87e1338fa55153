/** The vocabulary of the data layer: problems, tasks and their parts. Pure data, no GPU. */

/** A question with everything needed to judge an answer to it. */
export interface Problem {
  /** Stable and unique within its dataset, e.g. `two-cards/train/000017`. */
  readonly id: string;
  /** What a person reads: "make 24 from 3 7 9 12 15 20". */
  readonly question: string;
  /** A verified solution in the task's own words (token strings joined by spaces), or null where none is known. */
  readonly solution: string | null;
  /** The short final answer, e.g. "9 15". */
  readonly answer: string;
  /** Task-specific facts, JSON only (two cards: cards, target, depth). */
  readonly facts: Readonly<Record<string, unknown>>;
}

/** What the verifier says about one response. */
export interface Verdict {
  /** 1 when the answer is right, else 0; of code also the share of the tests that it passes, where that is rewarded. */
  readonly reward: number;
  /** Why, in a few words: "right", "wrong sum", "no answer", "not two of the cards". */
  readonly reason: string;
  /** The answer that was found, as text, or null. */
  readonly answer: string | null;
  /** What the teacher is told of it, where that is more than right or wrong. */
  readonly feedback?: string;
}

/** What a task says of one step of a response: tokens from … to − 1. */
export interface StepVerdict {
  readonly from: number;
  readonly to: number;
  readonly right: boolean;
}

/** The ways to choose the teacher's privileged context c (method.md, "The privileged context"). */
export const CONTEXT_MODES = [
  'sibling-then-dataset',
  'sibling',
  'dataset',
  'answer',
  'feedback',
  'other-problem',
  'shuffled',
  'none',
] as const;
export type ContextMode = (typeof CONTEXT_MODES)[number];

/** What the teacher is shown about one rollout, before it is put into words by the task. */
export interface PrivilegedContext {
  /** Where the solution came from; 'none' when only feedback (or nothing) is shown. */
  readonly source: 'sibling' | 'dataset' | 'answer' | 'other-problem' | 'wrong' | 'none';
  /** The solution's text: token strings joined by spaces, or null. */
  readonly solution: string | null;
  /** Place in its group of the rollout whose solution this is, where it is one's. */
  readonly sibling?: number;
  /** Feedback about the rollout itself, or null where the mode shows none. */
  readonly feedback: 'correct' | 'incorrect' | null;
  /** The judge's own words in its place; absent where it has none. */
  readonly assessment?: string;
}

/** A whole response to look at (without the end token), and what the verifier must say of it. */
export interface SampleAnswer {
  /** What it shows, e.g. "wrong operation". */
  readonly label: string;
  readonly text: string;
  readonly right: boolean;
}

/** Turns text into token ids and back. */
export interface Tokenizer {
  readonly vocabSize: number;
  /** What is put behind a text that is to end. */
  readonly eosId: number;
  /** What ends a response, eosId among them: a checkpoint may name several. */
  readonly endIds: readonly number[];
  readonly padId: number;
  /** Throws BadInput for text that cannot be encoded. */
  encode(text: string): number[];
  decode(ids: ArrayLike<number>): string;
  /**
   * One token as the text it adds, e.g. "Wait", with the blank before it where the token holds it; bytes that make no
   * character are `<0xE2>`. None of an id past the vocabulary, as models with padding can sample one.
   */
  token(id: number): string;
  /** What decoding puts between two tokens: a blank where they are words, nothing where they hold their own. */
  readonly separator: '' | ' ';
  /** What of the way in which it cuts texts is not certain; absent where nothing is. */
  readonly warning?: string;
  /** Tokens that the model has no row for: a text that has one cannot be encoded. */
  readonly withoutRow?: readonly string[];
}

/** Which tokens end a response and fill a batch; from tokenizer_config.json where a model folder has one. */
export interface SpecialTokens {
  readonly eos: string;
  readonly pad: string;
  /** The end token by its id, for files that name none. */
  readonly eosId: number;
}

/** One supervised example: ids with a 0/1 loss weight per token (weight t is the loss on predicting token t). */
export interface SupervisedExample {
  readonly ids: number[];
  readonly lossMask: number[];
}

/** The two sides of a task's problems. Held-out problems are never trained on. */
export type Split = 'train' | 'heldout';

/** Which problems to make: number `first` … `first + count - 1` of the stream (split, seed, minDepth). */
export interface ProblemQuery {
  readonly split: Split;
  readonly count: number;
  readonly seed: number;
  /** Lowest difficulty, from 1; null as the task says. */
  readonly minDepth: number | null;
  /** Index of the first problem, 0 when absent. Problem k of a stream is the same however the stream is cut. */
  readonly first?: number;
}

/** A source of problems with prompts and a judge. Adding a task is one file and one row in tasks.ts. */
export interface Task {
  readonly name: string;
  readonly label: string;
  readonly doc: string;
  /** Which problems are left out, and why; absent where none is. */
  readonly leftOut?: string;
  /** How the rows of a file are read: which field is what; absent of a task that makes its own problems. */
  readonly readAs?: string;
  /** Of data from elsewhere: the name that means the same problems for ever; absent where the task's own does. */
  readonly pinned?: string;
  /** The datasets of a mixture, by the names that their problems' facts have; absent of a task that is none. */
  readonly datasets?: readonly string[];
  /** Longest response in tokens that a correct solution can need (default for maxNewTokens). */
  readonly maxNewTokens: number;
  /** Deterministic problems of one split; see ProblemQuery. */
  generate(query: ProblemQuery): Problem[];
  /** Prompt ids the student sees (x). */
  studentPrompt(problem: Problem): number[];
  /** Prompt ids the teacher sees (x, c). */
  teacherPrompt(problem: Problem, context: PrivilegedContext): number[];
  /** The text of a prompt that this task made, where decoding may not give it back; absent where it always does. */
  promptText?(prompt: readonly number[]): string;
  /** Judges a response (ids after the prompt, with its eos if it ended). Recomputes; compares no strings. */
  verify(problem: Problem, response: ArrayLike<number>): Verdict;
  /** Judges the steps of a response one by one, in their order; absent where a task has none. */
  steps?(problem: Problem, response: ArrayLike<number>): StepVerdict[];
  /** A second, slower opinion on a verdict; absent where the first is final. */
  settle?(problem: Problem, verdict: Verdict): Promise<Verdict>;
  /** A solution text that does not solve `problem`, for contexts that mislead on purpose; a function of both arguments only. */
  wrongSolution(problem: Problem, seed: number): string;
  /** Cut a correct sibling's response down to the solution text that a teacher prompt shows. */
  solutionOf(problem: Problem, response: ArrayLike<number>): string;
  /** Right and wrong responses to try out, a function of both arguments only. Absent where a task has none. */
  samples?(problem: Problem, seed: number): SampleAnswer[];
  /** A problem that somebody wrote, from its question; absent where an answer beside it is enough. Throws BadInput. */
  ownProblem?(id: string, question: string, solution: string | null): Problem;
  /** The right solution that goes on, or looks again, wherever it could; absent where a task has no such choice. */
  deliberate?(problem: Problem): string;
  /** Supervised examples for `pretrain`, a deterministic stream: example `index` of stream `seed`. Absent where a task has none. */
  pretrainExample?(index: number, seed: number): SupervisedExample;
  readonly tokenizer: Tokenizer;
  /** The tokenizer's files (tokenizer.json, tokenizer_config.json) as text, for model folders. */
  readonly tokenizerFiles: ReadonlyMap<string, string>;
}
