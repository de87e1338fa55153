/**
 * How much a piece of work does, as V8 counts it: calls of functions of src/. The same on every machine and under any
 * load, as seconds are not. What an expression (RegExp) does inside one call is not seen: there a test's own timeout is
 * the guard.
 */
import { Session } from 'node:inspector/promises';

/** Calls of functions in files whose path matches `of`, for each of `works`. Slow to begin: hand over all at once. */
export async function callsOf(works: readonly (() => void | Promise<void>)[], of = /\/src\//): Promise<number[]> {
  const session = new Session();
  session.connect();
  const take = async (): Promise<number> => {
    const { result } = await session.post('Profiler.takePreciseCoverage');
    const functions = result.filter(({ url }) => of.test(url)).flatMap((script) => script.functions);
    return functions.reduce((sum, { ranges }) => sum + ranges[0].count, 0);
  };
  try {
    await session.post('Profiler.enable');
    await session.post('Profiler.startPreciseCoverage', { callCount: true });
    const calls: number[] = [];
    for (const work of works) {
      await take(); // counts from zero
      await work();
      calls.push(await take());
    }
    return calls;
  } finally {
    session.disconnect();
  }
}
