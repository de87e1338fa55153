/** Why an answer's code was ended before it was done. */

export type StopReason = 'time' | 'memory' | 'output' | 'exit' | 'forbidden' | 'crash';

/** Thrown through the interpreter, which knows nothing of it: no Python code can catch it. */
export class Stopped extends Error {
  constructor(
    readonly reason: StopReason,
    detail: string,
  ) {
    super(detail);
    this.name = 'Stopped';
  }
}

/** What was thrown out of the interpreter, as a reason: its stack was full, it trapped, or it was stopped. */
export function stopOf(thrown: unknown): Stopped {
  if (thrown instanceof Stopped) return thrown;
  const { message } = thrown as Error;
  return new Stopped('crash', /call stack|stack/i.test(message) ? 'too many calls inside each other' : message);
}
