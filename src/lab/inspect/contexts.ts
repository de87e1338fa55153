/**
 * Problems to inspect and the teacher's context for one response. In a run c comes from a rollout's siblings; one
 * response alone has none, so a right sample of the task stands in, and every choice says in words where c came from.
 */
import { chooseContexts } from '../../data/context';
import { BadInput } from '../../data/errors';
import { TASKS } from '../../data/tasks';
import { problemOf, solvingDepths } from '../../data/two-cards/problem';
import type { PrivilegedContext, Problem, Task, Verdict } from '../../data/types';
import type { LoadedModel } from '../open-model';
import { WORD_PROBLEM_TASK } from '../open-task';
import type { InspectMode, ProblemChoice, SampleAnswer } from './protocol';

/** Problems that one could borrow a solution from. */
const OTHERS = 16;
/** The user's own problem, in the place of a task's name. */
export const OWN = 'own';

/** The task whose prompts and judge a problem gets: for the user's own, one that the model speaks. */
export function taskNameFor(name: string, model: LoadedModel): string {
  if (name !== OWN) return name;
  const { vocabSize } = model.text;
  const own = TASKS.find((t) => t.tokenizer.vocabSize === vocabSize && t.tokenizer.token(0) === model.text.token(0));
  return own?.name ?? WORD_PROBLEM_TASK;
}

/** The problem that was chosen. Throws BadInput where there is none, or where an own one cannot be understood. */
export function chosenProblem(choice: ProblemChoice, task: Task): Problem {
  if (!('seed' in choice)) return ownProblem(choice, task);
  const { seed, minDepth, index: first } = choice;
  const [problem] = task.generate({ split: 'heldout', count: 1, seed, minDepth, first });
  if (problem) return problem;
  throw new BadInput(`There is no held-out problem ${first}`, task.name, 'Choose a smaller number.');
}

function ownProblem(choice: Extract<ProblemChoice, { task: 'own' }>, task: Task): Problem {
  const question = choice.question.trim();
  const given = { solution: choice.solution.trim() || null, answer: choice.answer.trim() };
  if (question === '') throw new BadInput('The question is empty', 'own problem', 'Write a question.');
  if (task.name !== 'two-cards') return { id: OWN, question, facts: {}, ...given };
  const numbers = /^make (\d+) from (\d+(?: \d+){5})$/.exec(question.replace(/\s+/g, ' '));
  const cards = numbers ? numbers[2].split(' ').map(Number) : [];
  const target = Number(numbers?.[1]);
  const [depth] = solvingDepths(cards, target);
  if (!numbers || depth === undefined || Math.max(...cards, target) > 63)
    throw new BadInput(
      numbers ? 'No two of the cards sum to the target' : 'This is no problem of two cards',
      'own problem',
      'Write, for instance: make 24 from 3 7 9 12 15 20. Numbers go up to 63.',
    );
  const problem = problemOf(OWN, { cards, target, depth });
  return { ...problem, solution: given.solution ?? problem.solution };
}

/** Ready-made responses; for problems of which the task has none, their own solution. */
export function samplesOf(problem: Problem, task: Task): SampleAnswer[] {
  const samples = problem.id === OWN ? [] : (task.samples?.(problem, 0) ?? []);
  if (samples.length > 0 || problem.solution === null) return [...samples];
  return [{ label: 'the problem’s own solution', text: problem.solution, right: true }];
}

/** Ids of a response as a rollout has them: with the end token. */
export function rolloutIds(task: Task, response: string): number[] {
  const { encode, eosId } = task.tokenizer;
  const ids = encode(response);
  return ids[ids.length - 1] === eosId ? ids : [...ids, eosId];
}

export interface ChosenContext {
  readonly context: PrivilegedContext;
  readonly origin: string;
}

/** c for one response. `verdict` is the verifier's word on it; the choice is a function of all arguments. */
export function chosenContext(
  task: Task,
  problem: Problem,
  response: readonly number[],
  verdict: Verdict,
  mode: InspectMode,
): ChosenContext {
  const sample = problem.id === OWN ? undefined : task.samples?.(problem, 0).find(({ right }) => right);
  const siblings = sample ? [rolloutIds(task, sample.text)] : [];
  const [context] = chooseContexts({
    mode: mode === 'wrong' ? 'sibling-then-dataset' : mode,
    wrongShare: mode === 'wrong' ? 1 : 0,
    task,
    problem,
    responses: [response, ...siblings],
    rewards: [verdict.reward, ...siblings.map(() => 1)],
    others: task.generate({ split: 'heldout', count: OTHERS, seed: 0, minDepth: 1 }),
    seed: [0],
  });
  return { context, origin: originOf(context, mode, sample?.label ?? null) };
}

function originOf({ source, feedback }: PrivilegedContext, mode: InspectMode, sample: string | null): string {
  const shuffled = mode === 'shuffled' ? ', its sentences shuffled' : '';
  switch (source) {
    case 'sibling':
      return `The task’s sample “${sample}” in the place of a sibling (one response alone has none)${shuffled}.`;
    case 'dataset':
      return `The problem’s own solution${shuffled}.`;
    case 'answer':
      return 'The final answer alone.';
    case 'other-problem':
      return 'The solution of another problem of the task.';
    case 'wrong':
      return 'A solution that is wrong on purpose.';
    case 'none': {
      if (feedback === null) return 'No context: the teacher reads what the student reads.';
      if (mode === 'feedback') return 'Feedback alone.';
      return 'There is no solution to show: feedback alone.';
    }
  }
  return source satisfies never;
}
