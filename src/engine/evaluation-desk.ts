/** The evaluations that the page has stored, without a device: listed and deleted. The inspector goes on with them. */
import { loadedEvaluation } from '../report/loaded-evaluation';
import type { StoredEvaluation, StoredEvaluations } from '../runs/evaluation/stored-evaluations';
import { newId } from '../runs/stored-runs';
import type { ListedEvaluation } from './protocol';
import type { Handlers } from './service';

export const evaluationDesk = (stored: StoredEvaluations): Handlers<'list-evaluations' | 'delete-evaluation'> => ({
  'list-evaluations': () => listedEvaluations(stored),
  'delete-evaluation': async ({ evaluation }) => {
    await stored.remove(evaluation);
    return listedEvaluations(stored);
  },
});

export const listedEvaluations = async (stored: StoredEvaluations): Promise<ListedEvaluation[]> =>
  (await stored.list()).map(listed);

function listed({ results, ...one }: StoredEvaluation): ListedEvaluation {
  try {
    return { ...one, evaluation: results && loadedEvaluation(one.id, results) };
  } catch (error) {
    return { ...one, evaluation: null, broken: (error as Error).message };
  }
}

/** A new evaluation's name: when it was begun, and of what. */
export const newEvaluationId = (data: string): string => newId(data.replace(/[^\w.-]+/g, '_').slice(0, 40));
