/**
 * A second opinion on answers by symbolic mathematics, in a worker that is killed when it takes too long: an answer like
 * 9^{9^{9^9}} may keep the library busy for ever. An answer that was not judged in time is not right.
 */
import { KeptWorker, type WorkerLike, type WorkerListener } from '../kept-worker';
import { needsSymbols, type SymbolicJudge } from '../maths';
import type { SymbolicQuestion, SymbolicReply } from './protocol';

export interface JudgeOptions {
  /** Milliseconds for one answer, from when a loaded worker gets it. */
  readonly limit?: number;
  /** Milliseconds for loading the library. */
  readonly startLimit?: number;
  /** Told once when no worker can be started; answers then count as judged by the exact rules alone. */
  readonly warn: (message: string) => void;
}

/** Verdicts that are remembered: the rollouts of a group often give the same answer. */
const REMEMBERED = 4096;

/** A judge with workers made by `start`. Nothing is started before the first answer that needs it. */
export function workerJudge(
  start: (listener: WorkerListener<SymbolicReply>) => WorkerLike<SymbolicQuestion>,
  { limit = 2000, startLimit = 30_000, warn }: JudgeOptions,
): SymbolicJudge {
  const judge = new KeptWorker(start, {
    limit,
    startLimit,
    warn: (reason) => warn(`Answers are judged without symbolic mathematics: its worker does not start (${reason}).`),
  });
  const verdicts = new Map<string, Promise<boolean>>();
  return (given, wanted) => {
    if (!needsSymbols(given, wanted)) return Promise.resolve(false);
    const key = JSON.stringify([given, wanted]);
    const known = verdicts.get(key);
    if (known) return known;
    if (verdicts.size >= REMEMBERED) verdicts.delete(verdicts.keys().next().value as string);
    const verdict = judge.ask({ given, wanted }).then((said) => {
      if (said === 'nobody') verdicts.delete(key);
      return typeof said === 'string' ? false : said.equal;
    });
    verdicts.set(key, verdict);
    return verdict;
  };
}
