/**
 * Broken files by the thousand: a reader reads each or refuses it with a BadInput; no other exception, no hang, no memory out
 * of proportion. Every input follows from its number, so a failure repeats. 10⁴ inputs a reader in the gate, 10⁵ by
 * `npm run test:faults`, as many as FUZZ says by hand, from FUZZ_FROM on.
 */
import { getHeapStatistics } from 'node:v8';
import { vi } from 'vitest';
import { BadInput } from '../../src/data/errors';
import { Random } from '../../src/data/random';
import { WHOLE } from '../faults/attempts';
import { callsOf } from '../setup/work';

export const INPUTS = Number(process.env.FUZZ ?? (WHOLE ? 1e5 : 1e4));
/** The first input's number, by hand: a million may be tried in several pieces. */
const FIRST = Number(process.env.FUZZ_FROM ?? 0);
/** Milliseconds for one reader: a guard. */
export const TIME_LIMIT = 300_000 * Math.max(1, INPUTS / 1e4);
const WORK = 2_000_000; // calls of functions for a thousand inputs
const CPU = 10_000; // ms of processor time for one input of a few kB, garbage collection included
const MEMORY = 400 * 2 ** 20; // growth of the process over one test, garbage included
/** Whether the slowest and the largest input are told. */
const TELLS = WHOLE || process.env.FUZZ !== undefined;

const millisecondsSince = (before: NodeJS.CpuUsage): number => {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
};

/** Bytes of the heap and of buffers outside of it; process.memoryUsage asks the system too, which takes long. */
const inMemory = (): number => {
  const { used_heap_size: heap, external_memory: outside } = getHeapStatistics();
  return heap + outside;
};

/** Readers breathe (src/data/breath.ts), a millisecond at least each time: ten thousand inputs would mostly wait. */
async function withoutWaiting<T>(work: () => Promise<T>): Promise<T> {
  const { setTimeout: timer } = globalThis;
  const soon = (then: (...given: unknown[]) => void, ms = 0, ...given: unknown[]) =>
    ms > 0 ? timer(then, ms, ...given) : setImmediate(then, ...given);
  vi.stubGlobal('setTimeout', soon);
  try {
    return await work();
  } finally {
    vi.unstubAllGlobals();
  }
}

/**
 * Runs `attempt` on the inputs; gives the share that was accepted, and tells the slowest and the largest. `attempt` throws
 * Error where what was read is wrong.
 */
export async function fuzz(
  reader: string,
  attempt: (random: Random, i: number) => unknown,
  work = WORK,
): Promise<number> {
  let accepted = 0;
  const slowest = { input: 0, ms: 0 };
  const largest = { input: 0, bytes: 0 };
  const before = process.resourceUsage().maxRSS;
  const isRead = async (i: number): Promise<boolean> => {
    try {
      await attempt(new Random(99, i), i);
      return true;
    } catch (error) {
      if (error instanceof BadInput) return false;
      throw new Error(`${reader}, input ${i}: ${(error as Error).stack}`);
    }
  };
  const one = async (i: number): Promise<void> => {
    const began = performance.now();
    const held = TELLS ? inMemory() : 0;
    if (await isRead(i)) accepted++;
    const bytes = TELLS ? inMemory() - held : 0;
    if (bytes > largest.bytes) Object.assign(largest, { input: i, bytes });
    if (performance.now() - began <= (TELLS ? slowest.ms : CPU)) return;
    // It may have waited for the processor, whose time takes longer to ask for than many an input: once more, by that.
    const cpu = process.cpuUsage();
    await isRead(i);
    const ms = millisecondsSince(cpu);
    if (ms > slowest.ms) Object.assign(slowest, { input: i, ms });
    if (ms > CPU) throw new Error(`${reader}, input ${i} took ${Math.round(ms)} ms of processor time`);
  };
  const from = async (first: number, end: number): Promise<void> => {
    for (let i = first; i < end; i++) await one(i);
  };
  await withoutWaiting(async () => {
    // Counted, they take twice their time: two thousand stand for all.
    const counted = [0, 1000].map((n) => () => from(FIRST + n, FIRST + n + 1000));
    for (const calls of await callsOf(counted, /\/src\/|huggingface/))
      if (calls > work) throw new Error(`${reader}: a thousand inputs made ${calls} calls`);
    await from(FIRST + 2000, FIRST + INPUTS);
  });
  const grown = (process.resourceUsage().maxRSS - before) * 1024;
  if (grown > MEMORY) throw new Error(`${reader}: the process grew by ${Math.round(grown / 2 ** 20)} MB`);
  const share = accepted / INPUTS;
  if (TELLS)
    console.log(
      `${reader}: ${INPUTS} inputs from ${FIRST} on, ${(100 * share).toFixed(1)} % read; slowest ${slowest.input} (${slowest.ms.toFixed(0)} ms), ` +
        `largest ${largest.input} (${(largest.bytes / 2 ** 20).toFixed(1)} MiB)`,
    );
  return share;
}

export const check = (right: boolean, what: string): void => {
  if (!right) throw new Error(what);
};
