/** Problems with verifiable answers for a chat model: prompts in its own template, answers judged by the maths verifier. */
import { type Pace, pacing, type Wanted } from './breath';
import type { ChatTemplate } from './chat';
import { inBlock, lastCodeBlock } from './code/code-block';
import { codeFactsOf } from './code/rows';
import type { CodeJudge } from './code/types';
import { type CodeGrading, codeVerdicts, cutAfterCode, USUAL_GRADING, unjudgedCode } from './code/verdicts';
import { splitOfQuestion } from './dataset';
import { BadInput } from './errors';
import { KnownTexts } from './known-texts';
import { finalAnswer, type SymbolicJudge, sameAnswer } from './maths';
import { withinTolerance } from './maths/tolerance';
import { Passes } from './passes';
import { Random, STREAMS } from './random';
import { cutAfterAnswer, toBudget, withoutThoughts } from './shown-solution';
import type { PrivilegedContext, Problem, SampleAnswer, Split, Task, Tokenizer, Verdict } from './types';
import { fill, WORDINGS, type Wording, wordingForCode } from './wording';

export interface ChatTaskParts {
  readonly name: string;
  readonly problems: readonly Problem[];
  readonly tokenizer: Tokenizer;
  readonly tokenizerFiles: ReadonlyMap<string, string>;
  readonly template: ChatTemplate;
  readonly maxNewTokens: number;
  /** Let models that can think do so before they answer. */
  readonly thinking: boolean;
  /** "standard" where absent. */
  readonly wording?: Wording;
  /** Longest solution that a teacher is shown, in tokens; 512 where absent. */
  readonly solutionTokens?: number;
  /** Prompt and response together, at most, in tokens: the teacher's solution is cut to fit. No limit where absent. */
  readonly contextLength?: number;
  /** What of the source is no problem, in words. */
  readonly leftOut?: string;
  /** How the source's rows are read, in words. */
  readonly readAs?: string;
  /** All problems are held out, as a benchmark's are; else one in eight. */
  readonly whole?: boolean;
  /** Responses to try out, where the source of the problems can make them. */
  readonly samples?: (problem: Problem, seed: number) => SampleAnswer[];
  /** Judges the answer that a response states, in the place of the maths verifier and of `symbolic`. */
  readonly judge?: (problem: Problem, answer: string) => Verdict;
  /** Asked where the exact judge says wrong. */
  readonly symbolic?: SymbolicJudge;
  /** Runs answers that are code; where it is absent such answers are not right. */
  readonly python?: CodeJudge;
  /** How code is rewarded; all tests or nothing where absent. */
  readonly grading?: CodeGrading;
}

export const SOLUTION_TOKENS = 512;
const THINK = '<think>';

/** Throws BadInput where there is no problem to train on, and the reason of a signal that says that it is not wanted any more. */
export async function chatTask(parts: ChatTaskParts, wanted: Wanted = {}): Promise<Task> {
  const { name, tokenizer, template, maxNewTokens, thinking } = parts;
  const wording = wordingsOf(parts);
  const render = (content: string) => {
    return template.render([{ role: 'user', content }], { addGenerationPrompt: true, thinking });
  };
  const known = new KnownTexts(tokenizer);
  const pace = pacing(wanted);
  const { problems, leftOut } = await usableProblems(parts, wording, render, known, pace);
  const bySplit = parts.whole ? { train: problems, heldout: problems } : await splitUp(name, problems, pace);
  const passes = new Passes(name, bySplit);
  // SentencePiece decodes a space after special tokens that was not there: the text is kept beside its ids.
  const texts = new WeakMap<readonly number[], string>();
  const prompt = (content: string) => {
    const rendered = render(content);
    const ids = tokenizer.encode(rendered);
    texts.set(ids, rendered);
    return ids;
  };
  const studentTurn = (problem: Problem) => fill(wording(problem).student, { question: problem.question }) as string;
  // Some templates open the thought themselves: the response then begins inside it.
  const opened = render('?').trimEnd().endsWith(THINK) ? THINK : '';
  const answerText = (response: ArrayLike<number>) => {
    const ids = Array.from(response).filter((id) => !tokenizer.endIds.includes(id));
    return withoutThoughts(`${opened}${tokenizer.decode(ids)}`);
  };

  return {
    name,
    label: name,
    doc: `${problems.length} problems from ${name}; answers are judged by ${parts.judge ? 'a rule of its own' : 'the maths verifier'}.`,
    ...(leftOut === null ? {} : { leftOut }),
    ...(parts.readAs === undefined ? {} : { readAs: parts.readAs }),
    maxNewTokens,
    generate: (query) => passes.choose(query),
    studentPrompt: (problem) => prompt(studentTurn(problem)),
    teacherPrompt(problem, context) {
      // Without a context the teacher is the student, to the letter.
      if (context.solution === null && context.feedback === null) return prompt(studentTurn(problem));
      const solution = context.solution === null ? null : known.of(withoutThoughts(context.solution));
      const turn = (shown: string | null) => teacherTurn(problem, { ...context, solution: shown }, wording(problem));
      return solution === null ? prompt(turn(null)) : fitted(parts, solution, (shown) => prompt(turn(shown)));
    },
    promptText: (ids) => texts.get(ids) ?? tokenizer.decode(ids),
    verify: (problem, response) => judge(parts, problem, answerText(response)),
    settle: settling(parts),
    wrongSolution: (problem, seed) =>
      misleadingSample(parts, problem, seed) ?? wrongSolution(problem, bySplit.train, seed),
    samples: parts.samples ?? ((problem, seed) => samplesOf(problem, bySplit.train, seed)),
    solutionOf: (problem, response) => (codeFactsOf(problem) ? cutAfterCode : cutAfterAnswer)(answerText(response)),
    tokenizer,
    tokenizerFiles: parts.tokenizerFiles,
  };
}

/** One in eight is held out, chosen by its text. Throws BadInput where none is left to train on. */
async function splitUp(
  name: string,
  problems: readonly Problem[],
  pace: () => Promise<void>,
): Promise<Record<Split, Problem[]>> {
  const bySplit: Record<Split, Problem[]> = { train: [], heldout: [] };
  for (const p of problems) {
    bySplit[splitOfQuestion(p.question)].push(p);
    await pace();
  }
  // A small file may have no held-out problem by the rule: then it is the last.
  if (bySplit.heldout.length === 0 && bySplit.train.length > 1) bySplit.heldout = bySplit.train.splice(-1);
  if (bySplit.train.length > 0) return bySplit;
  throw new BadInput(
    `of ${problems.length} problems none is for training`,
    name,
    'Add problems: one in eight is held out, chosen by its text.',
  );
}

/** The problems that a run can ask; each other one would end it at the step that draws it. Throws BadInput where none is left. */
async function usableProblems(parts: ChatTaskParts, wording: WordingOf, render: Render, known: KnownTexts, pace: Pace) {
  const strange = await known.others(parts.problems, pace);
  const rest = parts.problems.filter((problem) => !strange.has(problem));
  const long = await longProblems({ ...parts, problems: rest }, wording, render, pace);
  const problems = rest.filter((problem) => !long.has(problem));
  const { length: all } = parts.problems;
  const { maxNewTokens, contextLength } = parts;
  const why = (left: ReadonlySet<Problem>, reason: string) =>
    left.size === 0 ? [] : [`${left.size} of ${all} problems are left out: ${reason} (${named([...left])})`];
  const leftOut = [
    ...(parts.leftOut === undefined ? [] : [parts.leftOut]),
    ...why(strange, 'they have characters or tokens that the model does not know'),
    ...why(long, `with ${maxNewTokens} tokens of a response they are longer than the context of ${contextLength}`),
  ].join('; ');
  const mend = all === 0 ? 'Give a file of problems in words.' : 'Use a model that knows their language.';
  if (problems.length === 0 && leftOut !== '')
    throw new BadInput(leftOut, parts.name, long.size > 0 ? 'Raise contextLength, or lower maxNewTokens.' : mend);
  return { problems, leftOut: leftOut === '' ? null : leftOut };
}

type Render = (content: string) => string;
type WordingOf = (problem: Problem) => Wording;

/** The words around a problem: of code they ask for code. */
function wordingsOf({ wording = WORDINGS.standard }: ChatTaskParts): WordingOf {
  const ofCode = wordingForCode(wording);
  return (problem) => (codeFactsOf(problem) ? ofCode : wording);
}

/** Those whose prompts, the teacher's with its shortest solution included, leave no room for a whole response. */
async function longProblems(
  parts: ChatTaskParts,
  wording: WordingOf,
  render: Render,
  pace: Pace,
): Promise<Set<Problem>> {
  const { problems, tokenizer, maxNewTokens, contextLength } = parts;
  const long = new Set<Problem>();
  if (contextLength === undefined || problems.length === 0) return long;
  const room = contextLength - maxNewTokens;
  const shown = { source: 'dataset', solution: 'x '.repeat(SHORTEST_SOLUTION), feedback: 'incorrect' } as const;
  const textOf = (problem: Problem) => render(teacherTurn(problem, shown, wording(problem)));
  const bytes = (text: string) => new TextEncoder().encode(text).length;
  // No token is shorter than a byte: most problems need not be encoded.
  const beside = bytes(textOf({ ...problems[0], question: '' }));
  const fits = (p: Problem) => beside + bytes(p.question) <= room || tokenizer.encode(textOf(p)).length <= room;
  for (const [i, problem] of problems.entries()) {
    if (!fits(problem)) long.add(problem);
    await pace(i, problems.length);
  }
  return long;
}

const named = (problems: readonly Problem[]): string =>
  [...problems.slice(0, 3).map(({ id }) => id), ...(problems.length > 3 ? ['…'] : [])].join(', ');

function teacherTurn({ question }: Problem, context: PrivilegedContext, wording: Wording): string {
  const { solution, feedback, assessment } = context;
  const fillings = { question, solution, feedback: feedback && (assessment ?? wording[feedback]) };
  return wording.teacher.flatMap((part) => fill(part, fillings) ?? []).join('\n\n');
}

/** A prompt whose solution is cut until a whole response fits behind it, or is as short as makes sense. */
function fitted(parts: ChatTaskParts, solution: string, prompt: (shown: string) => number[]): number[] {
  const { tokenizer, maxNewTokens, contextLength = Number.POSITIVE_INFINITY } = parts;
  const room = contextLength - maxNewTokens;
  let budget = Math.min(parts.solutionTokens ?? SOLUTION_TOKENS, tokenizer.encode(solution).length);
  for (;;) {
    const ids = prompt(toBudget(solution, tokenizer, budget));
    if (ids.length <= room || budget <= SHORTEST_SOLUTION) return ids;
    budget = Math.max(SHORTEST_SOLUTION, budget - (ids.length - room));
  }
}

const SHORTEST_SOLUTION = 16;

function judge({ judge: own }: ChatTaskParts, problem: Problem, response: string): Verdict {
  if (codeFactsOf(problem)) return unjudgedCode(response);
  const answer = finalAnswer(response);
  if (answer === null) return { reward: 0, reason: 'no answer', answer: null };
  if (own) return own(problem, answer);
  const right = isRight(answer, problem);
  return { reward: right ? 1 : 0, reason: right ? 'right' : 'wrong answer', answer };
}

/** The second opinion on a verdict: code is run, other answers are put to the symbolic judge. */
function settling({ problems, judge: own, symbolic, python, grading = USUAL_GRADING }: ChatTaskParts): Task['settle'] {
  const run = python && problems.some((p) => codeFactsOf(p)) ? codeVerdicts(python, grading) : null;
  const again = own === undefined && symbolic ? settleWith(symbolic) : null;
  if (!run) return again ?? undefined;
  return async (problem, verdict) => {
    if (codeFactsOf(problem)) return run(problem, verdict);
    return again ? again(problem, verdict) : verdict;
  };
}

/** Equal to the wanted answer, its unit written or not; within its tolerance, where the dataset has one. */
function isRight(answer: string, { answer: wanted, facts: { unit, tolerance } }: Problem): boolean {
  const written = typeof unit === 'string' ? `${wanted} ${unit}` : wanted;
  const whole = sameAnswer(wanted, written) ? written : wanted; // else the unit is one that the verifier cannot read
  return sameAnswer(answer, whole) || (Array.isArray(tolerance) && withinTolerance(answer, whole, tolerance));
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
  const states = (text: string) => (codeFactsOf(problem) ? lastCodeBlock(text) : finalAnswer(text)) !== null;
  const wrong = samples?.(problem, seed).filter(({ text, right }) => !right && states(text)) ?? [];
  return wrong.length === 0 ? null : wrong[new Random(STREAMS.wrongSolutions, seed).below(wrong.length)].text;
}

/** What can be tried out on a problem of a file. */
function samplesOf(problem: Problem, others: readonly Problem[], seed: number): SampleAnswer[] {
  const right = (label: string, text: string): SampleAnswer => ({ label, text, right: true });
  return [
    ...(problem.solution === null ? [] : [right('the dataset’s solution', problem.solution)]),
    ...(codeFactsOf(problem) ? [] : [right('right, at once', `The answer is \\boxed{${problem.answer}}.`)]),
    { label: 'a wrong solution', text: wrongSolution(problem, others, seed), right: false },
  ];
}

/** Another problem's solution; where there is none, the own one with its answer changed. */
function wrongSolution(problem: Problem, others: readonly Problem[], seed: number): string {
  const random = new Random(STREAMS.wrongSolutions, seed);
  const isSame = (p: Problem) =>
    p.answer === problem.answer || (!codeFactsOf(p) && sameAnswer(p.answer, problem.answer));
  const foreign = others.filter((p) => p.solution !== null && !isSame(p));
  if (foreign.length > 0) return foreign[random.below(foreign.length)].solution as string;
  if (codeFactsOf(problem)) return inBlock(problem.answer.replace(/\breturn .+/g, 'return None'));
  const changed = `${problem.answer}${1 + random.below(9)}`;
  return `${(problem.solution ?? '').replaceAll(problem.answer, changed)}\nThe answer is \\boxed{${changed}}.`.trim();
}
