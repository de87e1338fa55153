/** The Python judge's worker in a browser. It is given all that it needs, and its policy lets it ask for nothing. */
import type { PythonQuestion, PythonReply, PythonStart } from './protocol';
import { PythonWork } from './work';

const scope = self as unknown as {
  postMessage(reply: PythonReply): void;
  onmessage: ((event: MessageEvent<PythonStart | PythonQuestion>) => void) | null;
};

const work = new PythonWork();
/** An error outside of a promise is what the judge hears of. */
const fail = (error: unknown): void => void setTimeout(() => Promise.reject(error));
scope.onmessage = ({ data }) => void work.hear(data, (reply) => scope.postMessage(reply)).catch(fail);
