/** A thread of Node's as a KeptWorker has it. */
import type { Worker } from 'node:worker_threads';
import type { WorkerLike, WorkerListener } from './kept-worker';

export function threadLike<Q, R>(worker: Worker, { reply, failed }: WorkerListener<R>): WorkerLike<Q> {
  worker.on('message', reply);
  worker.on('error', failed);
  return {
    post: (question, transfer) => worker.postMessage(question, transfer),
    hold: (busy) => (busy ? worker.ref() : worker.unref()),
    terminate: () => void worker.terminate(),
  };
}
