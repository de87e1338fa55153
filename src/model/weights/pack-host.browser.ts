/** Threads that pack, in a browser. */
import { workerLike } from '../../data/kept-worker.browser';
import type { PackHost } from './pack-threads';

export const browserPackHost: PackHost = {
  processors: navigator.hardwareConcurrency ?? 1,
  start: (listener) =>
    workerLike(new Worker(new URL('./pack-worker.browser.ts', import.meta.url), { type: 'module' }), listener),
};
