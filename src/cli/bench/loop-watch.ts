/** Watches this process while something runs: the longest time the event loop did not turn, and the most memory. */

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Asking the system for the memory takes time itself. */
const LOOK_MS = 5;

export interface Watched {
  ms: number;
  /** Of all processors that this process used. */
  cpuMs: number;
  /** Longest time without a turn of the event loop, in milliseconds. */
  blockedMs: number;
  /** The same without what other work on the machine adds: no longer than all threads of this process computed meanwhile. */
  computedMs: number;
  /** Most resident memory above what there was before, in bytes. */
  grown: number;
}

/** Runs `work`, looking at every turn of the loop and whenever `work` calls `look`. */
export async function watched(work: (look: () => void) => Promise<unknown>): Promise<Watched> {
  collectGarbage();
  await new Promise((resolve) => setTimeout(resolve, 100)); // what was freed goes back to the system
  const before = process.memoryUsage.rss();
  let grown = 0;
  let [blockedMs, computedMs] = [0, 0];
  let last = performance.now();
  let spent = process.cpuUsage();
  let looked = Number.NEGATIVE_INFINITY;
  const look = () => {
    if (performance.now() - looked < LOOK_MS) return;
    looked = performance.now();
    grown = Math.max(grown, process.memoryUsage.rss() - before);
  };
  const turn = () => {
    const [now, used] = [performance.now(), process.cpuUsage(spent)];
    blockedMs = Math.max(blockedMs, now - last);
    computedMs = Math.max(computedMs, Math.min(now - last, (used.user + used.system) / 1000));
    last = now;
    spent = process.cpuUsage();
    look();
  };
  const timer = setInterval(turn, 1);
  const cpu = process.cpuUsage();
  const started = performance.now();
  try {
    await work(look);
  } finally {
    clearInterval(timer);
  }
  turn();
  const { user, system } = process.cpuUsage(cpu);
  return { ms: performance.now() - started, cpuMs: (user + system) / 1000, blockedMs, computedMs, grown };
}
