/** A browser's Worker as a KeptWorker has it. */
import type { WorkerLike, WorkerListener } from './kept-worker';

export function workerLike<Q, R>(worker: Worker, { reply, failed }: WorkerListener<R>): WorkerLike<Q> {
  worker.onmessage = ({ data }) => reply(data);
  worker.onerror = (event) => failed(new Error(event.message || 'its code could not be loaded'));
  return {
    post: (question, transfer = []) => worker.postMessage(question, transfer),
    hold: () => {}, // a page keeps no process alive
    terminate: () => worker.terminate(),
  };
}
