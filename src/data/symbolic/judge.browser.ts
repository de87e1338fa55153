/** The symbolic judge in a browser: from the page or from inside another Worker. */
import { workerLike } from '../kept-worker.browser';
import type { SymbolicJudge } from '../maths';
import { workerJudge } from './judge';

export function browserSymbolicJudge(
  warn: (message: string) => void,
  start = () => new Worker(new URL('./worker.browser.ts', import.meta.url), { type: 'module' }),
): SymbolicJudge {
  return workerJudge((listener) => workerLike(start(), listener), { warn });
}
