/** The symbolic judge's worker in a browser. */
import { answer } from './answer';
import type { SymbolicQuestion, SymbolicReply } from './protocol';

const scope = self as unknown as {
  postMessage(reply: SymbolicReply): void;
  onmessage: ((event: MessageEvent<SymbolicQuestion>) => void) | null;
};

scope.onmessage = (event) => scope.postMessage(answer(event.data));
scope.postMessage({ type: 'ready' });
