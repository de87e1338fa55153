/**
 * The choice of the teacher's privileged context c for every rollout of a group (method.md, "The privileged context";
 * Shen et al., arXiv 2605.11609, section 4 and appendix C): a correct rollout of the same group, never the rollout
 * itself; else the dataset's solution; else feedback only.
 */
import { hash32, Random, STREAMS } from './random';
import type { ContextMode, PrivilegedContext, Problem, Task } from './types';

/** One group of G rollouts of a problem, and how to choose for it. */
export interface ContextRequest {
  readonly mode: ContextMode;
  /** Probability that a solution which would be shown is replaced by a wrong one. */
  readonly wrongShare: number;
  readonly task: Task;
  readonly problem: Problem;
  /** Responses of the group (ids after the prompt) and their rewards, G of each. */
  readonly responses: readonly ArrayLike<number>[];
  readonly rewards: readonly number[];
  /** What the judge has to say of each, beside its reward; absent where that is nothing. */
  readonly assessments?: readonly (string | undefined)[];
  /** Problems to borrow a solution from in mode 'other-problem': e.g. those of the same step. */
  readonly others: readonly Problem[];
  /** Names the random stream, e.g. [run seed, step, group]. */
  readonly seed: readonly number[];
}

/** What was shown, before anything is put in its place. */
type Shown = Omit<PrivilegedContext, 'feedback' | 'assessment'>;

const NOTHING: Shown = { source: 'none', solution: null };

/** One context per rollout, in order; a function of the request alone. */
export function chooseContexts(request: ContextRequest): PrivilegedContext[] {
  let foreign: readonly string[] | null = null;
  const foreignSolutions = () => {
    foreign ??= solutionsOfOthers(request);
    return foreign;
  };
  return request.rewards.map((reward, i) => {
    if (request.mode === 'none') return { ...NOTHING, feedback: null };
    const random = new Random(STREAMS.contexts, ...request.seed, i);
    const shown = mislead(request, choose(request, i, random, foreignSolutions), random);
    const assessment = request.assessments?.[i];
    const feedback = reward === 1 ? 'correct' : 'incorrect';
    return { ...shown, feedback, ...(assessment === undefined ? {} : { assessment }) };
  });
}

/**
 * At most `most` wrong hints for each rollout whose teacher is shown a solution, put to it as the right one is: wrong
 * rollouts of the group, never the rollout itself, in random order; where there are none, one that is wrong on purpose.
 */
export function chooseWrongHints(
  { task, problem, responses, rewards, seed }: ContextRequest,
  contexts: readonly PrivilegedContext[],
  most: number,
): PrivilegedContext[][] {
  return contexts.map(({ solution, feedback, assessment }, i) => {
    if (solution === null) return [];
    const random = new Random(STREAMS.wrongHints, ...seed, i);
    const siblings = random.shuffle(rewards.flatMap((reward, j) => (reward === 1 || j === i ? [] : [j])));
    const hints = siblings.slice(0, most).map((sibling): Shown => {
      return { source: 'wrong', solution: task.solutionOf(problem, responses[sibling]), sibling };
    });
    const made: Shown = { source: 'wrong', solution: task.wrongSolution(problem, random.uint32()) };
    const told = assessment === undefined ? { feedback } : { feedback, assessment };
    return (hints.length > 0 ? hints : [made]).map((hint) => ({ ...hint, ...told }));
  });
}

/** Share of contexts by source, over the sources that occur; sums to 1 (empty for no contexts). */
export function contextShares(
  contexts: readonly PrivilegedContext[],
): Partial<Record<PrivilegedContext['source'], number>> {
  const shares: Partial<Record<PrivilegedContext['source'], number>> = {};
  for (const { source } of contexts) shares[source] = (shares[source] ?? 0) + 1 / contexts.length;
  return shares;
}

/** The sentences of a solution in random order. A sentence ends at . ! ? or a line's end, and before Wait and So. */
export function shuffleSentences(text: string, ...seed: number[]): string {
  const sentences = text.split(/(?<=[.!?])\s+|\s*\n\s*|\s+(?=(?:Wait|So)\b)/).filter((s) => s !== '');
  return new Random(STREAMS.shuffles, ...seed).shuffle(sentences).join(' ');
}

function choose(request: ContextRequest, i: number, random: Random, foreignSolutions: () => readonly string[]): Shown {
  const { mode, problem } = request;
  switch (mode) {
    case 'sibling-then-dataset':
      return sibling(request, i, random) ?? dataset(problem);
    case 'sibling':
      return sibling(request, i, random) ?? NOTHING;
    case 'dataset':
      return dataset(problem);
    case 'answer':
      return { source: 'answer', solution: problem.answer };
    case 'other-problem': {
      const foreign = foreignSolutions();
      if (foreign.length === 0) return NOTHING;
      return { source: 'other-problem', solution: foreign[random.below(foreign.length)] };
    }
    case 'shuffled': {
      const shown = sibling(request, i, random) ?? dataset(problem);
      if (shown.solution === null) return shown;
      return { ...shown, solution: shuffleSentences(shown.solution, ...request.seed, i) };
    }
    case 'feedback':
    case 'none':
      return NOTHING;
  }
  return mode satisfies never;
}

/** A correct rollout of the group other than i, each equally likely; null where there is none. */
function sibling({ task, problem, responses, rewards }: ContextRequest, i: number, random: Random): Shown | null {
  const correct = rewards.flatMap((reward, j) => (reward === 1 && j !== i ? [j] : []));
  if (correct.length === 0) return null;
  const chosen = correct[random.below(correct.length)];
  return { source: 'sibling', solution: task.solutionOf(problem, responses[chosen]), sibling: chosen };
}

function dataset({ solution }: Problem): Shown {
  return solution === null ? NOTHING : { source: 'dataset', solution };
}

/** Other problems' solutions that do not happen to solve this one too. */
function solutionsOfOthers({ task, problem, others }: ContextRequest): string[] {
  const solves = (text: string) =>
    task.verify(problem, [...task.tokenizer.encode(text), task.tokenizer.eosId]).reward === 1;
  return others.flatMap(({ id, solution }) =>
    id !== problem.id && solution !== null && !solves(solution) ? [solution] : [],
  );
}

/** Puts a wrong solution in the place of a right one with probability wrongShare. */
function mislead({ task, problem, wrongShare, seed }: ContextRequest, shown: Shown, random: Random): Shown {
  const isRight = shown.solution !== null && shown.source !== 'other-problem';
  if (!isRight || !random.chance(wrongShare)) return shown;
  return { source: 'wrong', solution: task.wrongSolution(problem, hash32([...seed, random.uint32()])) };
}
