/** A thread that packs in Node: bin/lab.mjs bundles it beside the program. */
import { parentPort } from 'node:worker_threads';
import { packWorker } from './pack-worker';

parentPort?.on(
  'message',
  packWorker((reply, transfer) => parentPort?.postMessage(reply, transfer)),
);
