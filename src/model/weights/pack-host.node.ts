/** Threads that pack, in Node. */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { threadLike } from '../../data/kept-worker.node';
import type { PackHost } from './pack-threads';

/** `code`: pack-worker.node.ts, bundled. */
export const nodePackHost = (code: URL): PackHost => ({
  processors: availableParallelism(),
  start: (listener) => threadLike(new Worker(code, { env: {}, execArgv: [] }), listener),
});
