/** The table of tasks. A new task is a file and a row here. */
import { BadInput } from './errors';
import { twoCards } from './two-cards/task';
import type { Task } from './types';

export const TASKS: readonly Task[] = [twoCards];

/** The task called `name`. */
export function findTask(name: string): Task {
  const task = TASKS.find((t) => t.name === name);
  if (!task) {
    const known = TASKS.map((t) => t.name).join(', ');
    throw new BadInput(`no task is called "${name}"`, 'task', `Known: ${known}; or give a .jsonl file of problems.`);
  }
  return task;
}
