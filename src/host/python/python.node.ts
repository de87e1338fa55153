/** The Python judge's worker in Node: bin/lab.mjs bundles it beside the program. */
import { parentPort } from 'node:worker_threads';
import { PythonWork } from './work';

const work = new PythonWork();
parentPort?.on('message', (message) => void work.hear(message, (reply) => parentPort?.postMessage(reply)));
