/** Rows about readers: a hostile input, and what its reader must say of it. */
import { expect } from 'vitest';
import { BOUNDS } from '../../src/data/bounds';
import { BadInput } from '../../src/data/errors';
import { visible } from '../../src/data/visible';
import type { Attempt } from '../faults/attempts';

/** What must come of an input: a message, or null where it may be read, and what is read is checked by `read` itself. */
export type Expected = RegExp | null;

/** Milliseconds for rows that are not in the gate: some read half a gigabyte. */
const LONG = 600_000;
/** One row in so many runs in the gate. */
const GATE = 8;

/** A group's rows, numbered in their order. */
export class Rows {
  readonly list: Attempt[] = [];

  constructor(private readonly group: string) {}

  add(id: string, what: string, expected: Expected, read: () => unknown, gate = this.list.length % GATE === 0): void {
    const told = expected === null ? 'it is read, or refused in words' : `one message: ${expected.source}`;
    const timeout = gate ? undefined : LONG;
    this.list.push({
      timeout,
      id: `${this.group}/${id}`,
      group: this.group,
      what,
      expected: told,
      gate,
      run: () => tried(read, expected),
    });
  }
}

/** A reader rejects with a BadInput of bounded length in which nothing moves a cursor, or it reads. */
async function tried(read: () => unknown, expected: Expected): Promise<void> {
  let error: unknown = null;
  try {
    await read();
  } catch (thrown) {
    error = thrown;
  }
  if (error === null) {
    expect(expected, 'it was read').toBeNull();
    return;
  }
  if (!(error instanceof BadInput)) throw error;
  if (expected) expect(error.message).toMatch(expected);
  expect(error.message.length).toBeLessThan(6 * (3 * BOUNDS.message + 10)); // an escape takes six characters
  expect(error.message).toBe(visible(error.message));
}
