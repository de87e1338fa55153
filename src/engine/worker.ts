/** The engine's side of the page: a Worker that owns the GPU, so that the page stays free. */

import { browserSymbolicJudge } from '../data/symbolic/judge.browser';
import { openBrowserGpu } from '../gpu/open.browser';
import { privateFiles } from '../host/files.browser';
import { browserShelf } from '../library/model-shelf.browser';
import { prepareInBrowser } from './prepare-once.browser';
import type { LabCommand, LabMessage } from './protocol';
import { Runner } from './runner';

const scope = self as unknown as {
  location: Location;
  postMessage(message: LabMessage): void;
  onmessage: ((event: MessageEvent<LabCommand>) => void) | null;
};
/** The page's folder: in a build the worker lies in assets/ below it. */
const base = new URL(import.meta.env.DEV ? '/' : '../', scope.location.href);

const runner = new Runner({
  openGpu: openBrowserGpu,
  prepare: prepareInBrowser,
  shelf: browserShelf(base),
  symbolic: browserSymbolicJudge((message) => scope.postMessage({ type: 'problem', message })),
  runsFolder: () => privateFiles('runs').catch(() => null),
  runFolder: (id) => privateFiles(`runs/${id}`).catch(() => null),
  send: (message) => scope.postMessage(message),
});

scope.onmessage = (event: MessageEvent<LabCommand>) => void runner.handle(event.data);
