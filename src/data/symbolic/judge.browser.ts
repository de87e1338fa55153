/** The symbolic judge in a browser: from the page or from inside another Worker. */
import type { SymbolicJudge } from '../maths';
import { workerJudge } from './judge';
import type { SymbolicReply } from './protocol';

export function browserSymbolicJudge(
  warn: (message: string) => void,
  start = () => new Worker(new URL('./worker.browser.ts', import.meta.url), { type: 'module' }),
): SymbolicJudge {
  return workerJudge(
    ({ reply, failed }) => {
      const worker = start();
      worker.onmessage = (event: MessageEvent<SymbolicReply>) => reply(event.data);
      worker.onerror = (event) => failed(new Error(event.message || 'its code could not be loaded'));
      return {
        post: (question) => worker.postMessage(question),
        hold: () => {},
        terminate: () => worker.terminate(),
      };
    },
    { warn },
  );
}
