/** Forty problems of the lab's own whose answers are Python: from one line to a page, each with tests, a solution and a slip. */
import { codeProblemOf } from '../code/rows';
import type { Problem } from '../types';
import rows from './problems.json';

/** The first `count`; their steps are the lines of their solutions. */
export async function codeProblems(count?: number): Promise<Problem[]> {
  return Promise.all(
    rows.slice(0, count).map(async (fields) => {
      const problem = (await codeProblemOf({ fields, where: 'problems.json' }, fields.id)) as Problem;
      return {
        ...problem,
        facts: { ...problem.facts, steps: fields.solution.split('\n').length, wrong: fields.wrong },
      };
    }),
  );
}
