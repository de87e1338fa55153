/** The engine's side of the page: a Worker that owns a GPU, so that the page stays free. The page may start a second one. */

import { browserSymbolicJudge } from '../data/symbolic/judge.browser';
import { privateFiles } from '../host/files.browser';
import { browserPython } from '../host/python/judge.browser';
import { browserShelf } from '../library/model-shelf.browser';
import { browserPackHost } from '../model/weights/pack-host.browser';
import { packOnThreads } from '../model/weights/pack-threads';
import { Engine } from './engine';
import { givenAway } from './given-away';
import { browserDevices } from './prepare-once.browser';
import type { Command, Message } from './protocol';

const scope = self as unknown as {
  location: Location;
  postMessage(message: Message, transfer: ArrayBuffer[]): void;
  onmessage: ((event: MessageEvent<Command>) => void) | null;
};
/** The page's folder: in a build the worker lies in assets/ below it. */
const base = new URL(import.meta.env.DEV ? '/' : '../', scope.location.href);
const send = (message: Message): void => scope.postMessage(message, givenAway(message));

packOnThreads(browserPackHost);
const engine = new Engine(
  {
    ...browserDevices,
    shelf: browserShelf(base),
    symbolic: browserSymbolicJudge((message) => send({ type: 'problem', message })),
    python: browserPython(),
    evaluationsFolder: () => privateFiles('evaluations').catch(() => null),
    evaluationFolder: (id) => privateFiles(`evaluations/${id}`).catch(() => null),
    runsFolder: () => privateFiles('runs').catch(() => null),
    scratchFolder: () => privateFiles('exports').catch(() => null),
    indexFolder: () => privateFiles('lists').catch(() => null),
    runFolder: (id) => privateFiles(`runs/${id}`).catch(() => null),
  },
  send,
);

/** Held while this Worker lives: the page sees by it that it does not. */
const lock = `engine/${crypto.randomUUID()}`;
void navigator.locks?.request(lock, () => {
  send({ type: 'holds', lock });
  return new Promise(() => {});
});

addEventListener('unhandledrejection', ({ reason }) => {
  const cause = reason instanceof Error ? reason.message : String(reason);
  send({ type: 'problem', message: `The engine met an error outside of its steps: ${cause}` });
});

scope.onmessage = (event: MessageEvent<Command>) => void engine.handle(event.data);
