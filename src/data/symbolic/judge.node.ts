/** The symbolic judge in Node. */
import { Worker } from 'node:worker_threads';
import { threadLike } from '../kept-worker.node';
import type { SymbolicJudge } from '../maths';
import { type JudgeOptions, workerJudge } from './judge';

/** `code`: worker.node.ts, bundled. */
export function nodeSymbolicJudge(code: URL, options: JudgeOptions): SymbolicJudge {
  // An expression that fills the memory ends its worker, not the process.
  const resourceLimits = { maxOldGenerationSizeMb: 256 };
  return workerJudge((listener) => threadLike(new Worker(code, { resourceLimits }), listener), options);
}
