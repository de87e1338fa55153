/** The inspector's side of the page: a Worker with a device and models of its own, beside the one that trains. */

import { browserSymbolicJudge } from '../data/symbolic/judge.browser';
import { openBrowserGpu } from '../gpu/open.browser';
import { Inspector } from '../inspect/inspector';
import type { InspectCommand, InspectMessage } from '../inspect/protocol';
import { browserShelf } from '../library/model-shelf.browser';
import { InspectCommands } from './inspect-commands';
import { prepareInBrowser } from './prepare-once.browser';

const scope = self as unknown as {
  location: Location;
  postMessage(message: InspectMessage): void;
  onmessage: ((event: MessageEvent<InspectCommand>) => void) | null;
};
/** The page's folder: in a build the worker lies in assets/ below it. */
const base = new URL(import.meta.env.DEV ? '/' : '../', scope.location.href);

const inspector = new Inspector({
  openGpu: openBrowserGpu,
  prepare: prepareInBrowser,
  models: browserShelf(base),
  symbolic: browserSymbolicJudge((message) => console.warn(message)),
});
const commands = new InspectCommands(inspector, (message) => scope.postMessage(message));

scope.onmessage = (event: MessageEvent<InspectCommand>) => void commands.handle(event.data);
