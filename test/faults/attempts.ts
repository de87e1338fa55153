/**
 * Attempts to break the lab, as rows: what is done, and what must come of it. A sample of them runs in the gate, all of them by
 * `npm run test:faults`, which counts them by group (docs/faults.md).
 */
import { test } from 'vitest';

declare module 'vitest' {
  interface TaskMeta {
    /** For scripts/attempts-reporter.mjs. */
    attempts?: { group: string; count: number };
  }
}

export interface Attempt {
  /** Its name for good, below its group's: 'full disk/at the first write'. */
  readonly id: string;
  /** What is broken; the table counts by it. */
  readonly group: string;
  /** What is done. */
  readonly what: string;
  /** What must come of it, in words; `run` checks it. */
  readonly expected: string;
  /** Runs in the gate too. A series takes a sample of itself there. */
  readonly gate?: boolean;
  /** Milliseconds, where it needs more than its project's tests get. */
  readonly timeout?: number;
  /**
   * Rejects where something else came of it. `whole`: all of a series, not a sample. Gives how many attempts a series made
   * (nothing: one).
   */
  run(whole: boolean): unknown;
}

/** Whether this is `npm run test:faults`. */
export const WHOLE = process.env.FAULTS === 'whole';

/** Makes a test of every row; of those for the gate alone where the whole was not asked for. */
export function attempts(rows: readonly Attempt[]): void {
  const ids = new Set(rows.map(({ id }) => id));
  if (ids.size < rows.length) throw new Error('Two attempts have one id.');
  for (const { id, group, what, expected, gate, timeout, run } of rows) {
    if (!WHOLE && !gate) continue;
    test(`${group} | ${id} | ${what}: ${expected}`, { timeout }, async ({ task }) => {
      task.meta.attempts = { group, count: 1 };
      const count = await run(WHOLE);
      if (typeof count === 'number') task.meta.attempts.count = count;
    });
  }
}

/** Of a series of `total` attempts those that are made: all, or about `few` of them, spread evenly, first and last included. */
export function sampleOf(total: number, few: number, whole: boolean): number[] {
  const all = Array.from({ length: total }, (_, i) => i);
  const stride = whole ? 1 : Math.max(1, Math.ceil((total - 1) / Math.max(1, few - 1)));
  return all.filter((i) => i % stride === 0 || i === total - 1);
}
