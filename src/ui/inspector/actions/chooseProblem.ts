/** Which problem is looked at. */
import type { ProblemChoice } from '../../../inspect/types';
import { askProblem } from '../session';
import { useInspector } from '../store';

export function chooseProblem(choice: ProblemChoice): void {
  useInspector.setState({ choice });
  askProblem();
}

/** The next problem of the stream, or the one before. */
export function stepProblem(by: 1 | -1): void {
  const { choice } = useInspector.getState();
  if ('index' in choice && choice.index + by >= 0) chooseProblem({ ...choice, index: choice.index + by });
}

/** The problem on screen as one's own, to be changed. */
export function ownProblem(): void {
  const shown = useInspector.getState().problem?.problem;
  const { question = '', solution, answer = '' } = shown ?? {};
  chooseProblem({ task: 'own', question, solution: solution ?? '', answer });
}
