/** The worker's work: the whole comparison of two answers, with the symbolic library for their expressions. */
import { ComputeEngine } from '@cortex-js/compute-engine';
import { compareAnswers } from '../../data/maths/compare';
import { symbolicEquality } from './equality';
import type { SymbolicQuestion, SymbolicReply } from './protocol';

const expressionsEqual = symbolicEquality(new ComputeEngine());

export function answer({ id, given, wanted }: SymbolicQuestion): SymbolicReply {
  let equal = false;
  try {
    equal = compareAnswers(given, wanted, expressionsEqual);
  } catch {
    // Whatever the library throws at an odd expression: it did not find the two equal.
  }
  return { type: 'verdict', id, equal };
}
