/** Watches this process while something runs: the longest time the event loop did not turn, and the most memory. */

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

export interface Watched {
  seconds: number;
  /** Longest time without a turn of the event loop, in milliseconds. */
  blockedMs: number;
  /** Most resident memory above what there was before, in bytes. */
  grown: number;
}

/** Runs `work`, looking at every turn of the loop and whenever `work` calls `look`. */
export async function watched(work: (look: () => void) => Promise<unknown>): Promise<Watched> {
  collectGarbage();
  await new Promise((resolve) => setTimeout(resolve, 100)); // what was freed goes back to the system
  const before = process.memoryUsage.rss();
  let grown = 0;
  let blockedMs = 0;
  let last = performance.now();
  const look = () => {
    grown = Math.max(grown, process.memoryUsage.rss() - before);
  };
  const turn = () => {
    const now = performance.now();
    blockedMs = Math.max(blockedMs, now - last);
    last = now;
    look();
  };
  const timer = setInterval(turn, 1);
  const started = performance.now();
  try {
    await work(look);
  } finally {
    clearInterval(timer);
  }
  turn();
  return { seconds: (performance.now() - started) / 1000, blockedMs, grown };
}
