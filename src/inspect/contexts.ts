/**
 * Problems to inspect and the teacher's context for one response. In a run c comes from a rollout's siblings; one
 * response alone has none, so a right sample of the task stands in, and every choice says in words where c came from.
 */
import { chooseContexts } from '../data/context';
import { BadInput } from '../data/errors';
import { finalAnswer } from '../data/maths';
import { CHAT_TASK, nativeTask } from '../data/tasks';
import { hasEnded } from '../data/tokenizer';
import type { PrivilegedContext, Problem, SampleAnswer, Task, Verdict } from '../data/types';
import { chatTaskOn, type TaskSetting } from '../library/open-task';
import type { InspectMode, ProblemChoice } from './types';

/** Problems that one could borrow a solution from. */
const OTHERS = 16;
/** Word problems that an own problem stands beside, held-out ones among them. */
const LENT = 64;
/** The user's own problem, in the place of a task's name. */
export const OWN = 'own';

/** The task of a user's own problem: the model's native one, or a chat with word problems to borrow from. */
export const ownTask = async (setting: TaskSetting): Promise<Task> =>
  nativeTask(setting.tokenizer) ?? chatTaskOn(OWN, CHAT_TASK.problems(LENT), setting);

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
  const solution = choice.solution.trim() || null;
  if (question === '') throw new BadInput('The question is empty', 'own problem', 'Write a question.');
  if (task.ownProblem) return task.ownProblem(OWN, question, solution);
  const answer = choice.answer.trim() || finalAnswer(solution ?? '');
  if (answer) return { id: OWN, question, solution, answer, facts: {} };
  throw new BadInput(
    'There is no final answer to judge by',
    'own problem',
    'Write one, or state it in the solution as \\boxed{…}.',
  );
}

/** Ready-made responses, those of the problem's own task. */
export const samplesOf = (problem: Problem, task: Task): SampleAnswer[] => task.samples?.(problem, 0) ?? [];

/** Ids of a response as a rollout has them: with the end token. */
export function rolloutIds(task: Task, response: string): number[] {
  const { tokenizer } = task;
  const ids = tokenizer.encode(response);
  return hasEnded(tokenizer, ids) ? ids : [...ids, tokenizer.eosId];
}

/**
 * What the teacher would read, were it shown other problems' solutions in the place of `own`: at most `most` prompts of
 * tokens, no two alike, of at most `room` tokens each.
 */
export function foreignPrompts(
  task: Task,
  problem: Problem,
  own: PrivilegedContext,
  { most, room, not }: { most: number; room: number; not: readonly number[] },
): number[][] {
  const others = task.generate({ split: 'heldout', count: 4 * (most + 1), seed: 0, minDepth: 1 });
  const { feedback } = own;
  const prompts = others.flatMap(({ id, solution }) =>
    id === problem.id || solution === null
      ? []
      : [task.teacherPrompt(problem, { source: 'other-problem', solution, feedback })],
  );
  const known = new Set([not.join()]);
  const fresh = prompts.filter((ids) => {
    const key = ids.join();
    return ids.length <= room && !known.has(key) && known.add(key);
  });
  return fresh.slice(0, most);
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
  // Never the response itself: a run's siblings are others too.
  const own = response.join();
  const rights = samplesOf(problem, task).filter(({ right }) => right);
  const sample = rights.find(({ text }) => rolloutIds(task, text).join() !== own);
  const siblings = sample ? [rolloutIds(task, sample.text)] : [];
  const [context] = chooseContexts({
    mode: mode === 'wrong' ? 'sibling-then-dataset' : mode,
    wrongShare: mode === 'wrong' ? 1 : 0,
    task,
    problem,
    responses: [response, ...siblings],
    rewards: [verdict.reward, ...siblings.map(() => 1)],
    assessments: [verdict.feedback],
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
