/** Problems with verifiable answers for a chat model: prompts in its own template, answers judged by the maths verifier. */
import type { ChatTemplate } from './chat';
import { splitOfQuestion } from './dataset';
import { BadInput } from './errors';
import { finalAnswer, type SymbolicJudge, sameAnswer } from './maths';
import { Random, STREAMS } from './random';
import type { PrivilegedContext, Problem, ProblemQuery, SampleAnswer, Task, Tokenizer, Verdict } from './types';

export interface ChatTaskParts {
  readonly name: string;
  readonly problems: readonly Problem[];
  readonly tokenizer: Tokenizer;
  readonly tokenizerFiles: ReadonlyMap<string, string>;
  readonly template: ChatTemplate;
  readonly maxNewTokens: number;
  /** Let models that can think do so before they answer. */
  readonly thinking: boolean;
  readonly wording?: Wording;
  /** Responses to try out, where the source of the problems can make them. */
  readonly samples?: (problem: Problem, seed: number) => SampleAnswer[];
  /** Asked where the exact judge says wrong. */
  readonly symbolic?: SymbolicJudge;
}

/** The words around a problem; {question}, {solution} and {feedback} are filled in. */
export interface Wording {
  /** What the student reads. */
  readonly student: string;
  /** Parts of what the teacher reads (Shen et al., appendix C), joined by blank lines; a part whose filling is missing is left out. */
  readonly teacher: readonly string[];
  readonly correct: string;
  readonly incorrect: string;
}

export const STANDARD_WORDING: Wording = {
  student: '{question}\n\nPut the final answer in \\boxed{}.',
  teacher: [
    '{question}\n\nPut the final answer in \\boxed{}.',
    'Your previous attempt:\n{solution}',
    'Previous assessment: {feedback}',
    'Now solve this problem step by step.',
  ],
  correct: 'Your answer is correct.',
  incorrect: 'Your answer is incorrect.',
};

/** Longest solution that a teacher is shown, in tokens: of a longer one the first quarter and the last three are kept. */
const SOLUTION_BUDGET = 512;

/** Throws BadInput where there is no problem to train on. */
export function chatTask(parts: ChatTaskParts): Task {
  const { name, problems, tokenizer, template, maxNewTokens, thinking } = parts;
  const wording = parts.wording ?? STANDARD_WORDING;
  const bySplit = { train: [] as Problem[], heldout: [] as Problem[] };
  for (const p of problems) bySplit[splitOfQuestion(p.question)].push(p);
  if (bySplit.train.length === 0)
    throw new BadInput(
      `of ${problems.length} problems none is for training`,
      name,
      'Add problems: one in eight is held out, chosen by its text.',
    );
  const prompt = (content: string) =>
    tokenizer.encode(template.render([{ role: 'user', content }], { addGenerationPrompt: true, thinking }));
  const text = (response: ArrayLike<number>) =>
    tokenizer.decode(Array.from(response).filter((id) => id !== tokenizer.eosId));

  return {
    name,
    label: name,
    doc: `${problems.length} problems from ${name}; answers are judged by the maths verifier.`,
    maxNewTokens,
    generate: (query) => choose(bySplit, query),
    studentPrompt: (problem) => prompt(fill(wording.student, { question: problem.question }) as string),
    teacherPrompt: (problem, context) => prompt(teacherTurn(problem, context, wording, tokenizer)),
    verify: (problem, response) => judge(problem, text(response)),
    settle: parts.symbolic && settleWith(parts.symbolic),
    wrongSolution: (problem, seed) =>
      misleadingSample(parts, problem, seed) ?? wrongSolution(problem, bySplit.train, seed),
    samples: parts.samples ?? ((problem, seed) => samplesOf(problem, bySplit.train, seed)),
    solutionOf: (_, response) => cutAfterAnswer(withoutThoughts(text(response))),
    tokenizer,
    tokenizerFiles: parts.tokenizerFiles,
  };
}

/** Problems of a split in shuffled passes; held-out problems come once, in an order of their own. */
function choose(bySplit: Record<'train' | 'heldout', readonly Problem[]>, query: ProblemQuery): Problem[] {
  const { split, count, seed, first = 0 } = query;
  const all = bySplit[split];
  const pass = (n: number) => new Random(STREAMS.fileOrder, seed, n).shuffle([...all]);
  if (split === 'heldout') return pass(0).slice(first, first + count);
  const out: Problem[] = [];
  for (let n = Math.floor(first / all.length); out.length < count; n++) {
    const from = Math.max(0, first - n * all.length);
    out.push(...pass(1 + n).slice(from, from + count - out.length));
  }
  return out;
}

/** The template with its names filled in; null where one has no filling. */
function fill(template: string, fillings: Record<string, string | null>): string | null {
  let missing = false;
  const filled = template.replace(/\{(question|solution|feedback)\}/g, (_, name: string) => {
    const value = fillings[name];
    if (value === null || value === undefined) missing = true;
    return value ?? '';
  });
  return missing ? null : filled;
}

function teacherTurn(problem: Problem, context: PrivilegedContext, wording: Wording, tokenizer: Tokenizer): string {
  // Without a context the teacher is the student, to the letter.
  if (context.solution === null && context.feedback === null)
    return fill(wording.student, { question: problem.question }) as string;
  const fillings = {
    question: problem.question,
    solution: context.solution === null ? null : toBudget(withoutThoughts(context.solution), tokenizer),
    feedback: context.feedback && wording[context.feedback],
  };
  return wording.teacher.flatMap((part) => fill(part, fillings) ?? []).join('\n\n');
}

/** A solution of at most the budget's tokens: its head (25 %) and its tail (75 %). */
function toBudget(solution: string, tokenizer: Tokenizer): string {
  const ids = tokenizer.encode(solution);
  if (ids.length <= SOLUTION_BUDGET) return solution;
  const head = Math.floor(SOLUTION_BUDGET / 4);
  return `${tokenizer.decode(ids.slice(0, head))} … ${tokenizer.decode(ids.slice(ids.length - (SOLUTION_BUDGET - head)))}`;
}

/** Text without what the model thought: <think>…</think>, also where the beginning or the end is missing. */
export function withoutThoughts(text: string): string {
  return text
    .replace(/<think>[\s\S]*?<\/think>/g, '')
    .replace(/^[\s\S]*<\/think>/, '')
    .replace(/<think>[\s\S]*$/, '')
    .trim();
}

/** A solution up to the sentence of its last final answer; the whole where none is stated. */
function cutAfterAnswer(text: string): string {
  const boxed = text.lastIndexOf('\\boxed{');
  if (boxed < 0) return text;
  const end = /\}[^\n]*?(?:[.!]|$|\n)/.exec(text.slice(boxed));
  return end ? text.slice(0, boxed + end.index + end[0].length).trim() : text;
}

function judge(problem: Problem, response: string): Verdict {
  const answer = finalAnswer(withoutThoughts(response));
  if (answer === null) return { reward: 0, reason: 'no answer', answer: null };
  const right = sameAnswer(answer, problem.answer);
  return { reward: right ? 1 : 0, reason: right ? 'right' : 'wrong answer', answer };
}

/** Right after all, where the symbolic judge finds the answers equal. */
function settleWith(symbolic: SymbolicJudge): NonNullable<Task['settle']> {
  return async (problem, verdict) => {
    if (verdict.reward === 1 || verdict.answer === null) return verdict;
    return (await symbolic(verdict.answer, problem.answer)) ? { ...verdict, reward: 1, reason: 'right' } : verdict;
  };
}

/** A sample that ends in a wrong answer; null where there is none. */
function misleadingSample({ samples }: ChatTaskParts, problem: Problem, seed: number): string | null {
  const wrong = samples?.(problem, seed).filter(({ text, right }) => !right && finalAnswer(text) !== null) ?? [];
  return wrong.length === 0 ? null : wrong[new Random(STREAMS.wrongSolutions, seed).below(wrong.length)].text;
}

/** What can be tried out on a problem of a file. */
function samplesOf(problem: Problem, others: readonly Problem[], seed: number): SampleAnswer[] {
  const right = (label: string, text: string): SampleAnswer => ({ label, text, right: true });
  return [
    ...(problem.solution === null ? [] : [right('the dataset’s solution', problem.solution)]),
    right('right, at once', `The answer is \\boxed{${problem.answer}}.`),
    { label: 'a wrong solution', text: wrongSolution(problem, others, seed), right: false },
  ];
}

/** Another problem's solution; where there is none, the own one with its answer changed. */
function wrongSolution(problem: Problem, others: readonly Problem[], seed: number): string {
  const random = new Random(STREAMS.wrongSolutions, seed);
  const foreign = others.filter((p) => p.solution !== null && !sameAnswer(p.answer, problem.answer));
  if (foreign.length > 0) return foreign[random.below(foreign.length)].solution as string;
  const changed = `${problem.answer}${1 + random.below(9)}`;
  return `${(problem.solution ?? '').replaceAll(problem.answer, changed)}\nThe answer is \\boxed{${changed}}.`.trim();
}
