/** Which problem is looked at. */
import type { ProblemChoice } from '../../../inspect/types';
import { askProblem } from '../session';
import { useInspector } from '../store';

export function chooseProblem(choice: ProblemChoice): void {
  useInspector.setState({ choice });
  askProblem();
}

/** The same number of another task's stream; from a problem of one's own, the first. */
export function chooseTask(task: string): void {
  const { choice } = useInspector.getState();
  chooseProblem({ ...('index' in choice ? choice : { seed: 0, index: 0, minDepth: null }), task });
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
