/** What a task's judges say of responses: the fast one first, then the slow one where there is one. */
import type { Problem, Task, Verdict } from '../data/types';

/** One verdict a response; `problemOf` names the problem of response i. */
export async function verdictsOn(
  task: Task,
  responses: readonly ArrayLike<number>[],
  problemOf: (i: number) => Problem,
): Promise<Verdict[]> {
  const first = responses.map((response, i) => task.verify(problemOf(i), response));
  const { settle } = task;
  return settle ? Promise.all(first.map((verdict, i) => settle(problemOf(i), verdict))) : first;
}
