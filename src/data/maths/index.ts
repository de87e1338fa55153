/** The maths verifier: which answer a response states, and whether it is the wanted one (docs/verifier.md). */
import { compareAnswers } from './compare';

export { finalAnswer } from './final-answer';

/** A slower second opinion on answers that `sameAnswer` calls different. Resolves, whatever it is given. */
export type SymbolicJudge = (given: string, wanted: string) => Promise<boolean>;

/** Exact equality of two answers, without symbolic mathematics. Never throws; a few milliseconds at most. */
export const sameAnswer = (given: string, wanted: string): boolean => compareAnswers(given, wanted, () => false);

/** Could symbolic mathematics find these equal? False for two numbers, words, or structures that differ. */
export function needsSymbols(given: string, wanted: string): boolean {
  let asked = false;
  const equal = compareAnswers(given, wanted, () => {
    asked = true;
    return true;
  });
  return equal && asked;
}
