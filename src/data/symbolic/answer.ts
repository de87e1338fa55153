/** The worker's work: the whole comparison of two answers, with symbols for their expressions. */
import { compareAnswers } from '../maths/compare';
import { symbolicEquality } from './equality';
import type { SymbolicQuestion, SymbolicReply } from './protocol';

const expressionsEqual = symbolicEquality();
// The library builds its tables with its first expressions: that time is its loading, not an answer's.
expressionsEqual('\\sin x + \\sqrt{2}', '\\frac{x}{3} + \\ln 2');

export function answer({ id, given, wanted }: SymbolicQuestion): SymbolicReply {
  let equal = false;
  try {
    equal = compareAnswers(given, wanted, expressionsEqual);
  } catch {
    // Whatever the library throws at an odd expression: it did not find the two equal.
  }
  return { type: 'verdict', id, equal };
}
