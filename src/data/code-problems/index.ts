/** Forty problems of the lab's own whose answers are Python: from one line to a page, each with tests, a solution and a slip. */
import { codeProblemOf } from '../code/rows';
import type { Problem } from '../types';
import file from './problems.jsonl?raw';

/** The first `count`; their steps are the lines of their solutions. */
export async function codeProblems(count?: number): Promise<Problem[]> {
  const rows = file.trim().split('\n').slice(0, count);
  return Promise.all(
    rows.map(async (line) => {
      const fields = JSON.parse(line);
      const problem = (await codeProblemOf({ fields, where: 'problems.jsonl' }, fields.id)) as Problem;
      return {
        ...problem,
        facts: { ...problem.facts, steps: fields.solution.split('\n').length, wrong: fields.wrong },
      };
    }),
  );
}
