/** The symbolic judge in Node. */
import { Worker } from 'node:worker_threads';
import type { SymbolicJudge } from '../maths';
import { type JudgeOptions, workerJudge } from './judge';

/** `code`: worker.node.ts, bundled. */
export function nodeSymbolicJudge(code: URL, options: JudgeOptions): SymbolicJudge {
  return workerJudge(({ reply, failed }) => {
    // An expression that fills the memory ends its worker, not the process.
    const worker = new Worker(code, { resourceLimits: { maxOldGenerationSizeMb: 256 } });
    worker.on('message', reply);
    worker.on('error', failed);
    return {
      post: (question) => worker.postMessage(question),
      hold: (busy) => (busy ? worker.ref() : worker.unref()),
      terminate: () => void worker.terminate(),
    };
  }, options);
}
