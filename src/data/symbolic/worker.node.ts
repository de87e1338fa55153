/** The symbolic judge's worker in Node: bin/lab.mjs bundles it beside the program. */
import { parentPort } from 'node:worker_threads';
import { answer } from './answer';
import type { SymbolicQuestion, SymbolicReply } from './protocol';

const say = (reply: SymbolicReply) => parentPort?.postMessage(reply);

parentPort?.on('message', (question: SymbolicQuestion) => say(answer(question)));
say({ type: 'ready' });
