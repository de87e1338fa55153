/**
 * The judge of countdown, equal to `score_answer` of reasoning-gym 0.1.25: "right" is its 1, "other numbers" and "another
 * value" its 0.05, "no expression" its 0.01. Only names of sympy's functions, comparisons, comments and texts, which it would
 * read, are no expression here; the signs of formulas, which it would not, are brought into its notation first.
 */
import type { Problem, Verdict } from '../types';
import { IRRATIONAL, isClose, worthOf } from './expression';

export interface Facts {
  readonly numbers: readonly number[];
  readonly target: number;
}

/** What boxes are written with, in plain signs. */
const SIGNS: readonly (readonly [RegExp, string])[] = [
  [/\\(?:left|right)(?![a-zA-Z])|\\[,;: !]|\$/g, ''],
  [/\\[dt]?frac\{([^{}]*)\}\{([^{}]*)\}/g, '(($1)/($2))'],
  [/\\(?:times|cdot|ast)(?![a-zA-Z])|[×·⋅]/g, '*'],
  [/\\div(?![a-zA-Z])|÷/g, '/'],
  [/[−–]/g, '-'],
];

const plain = (answer: string): string => SIGNS.reduce((text, [sign, by]) => text.replaceAll(sign, by), answer);

const sorted = (numbers: readonly number[]): string => [...numbers].sort((a, b) => a - b).join();

/** Whether an expression makes the target of the numbers, each used once. */
export function judgeCountdown(problem: Problem, answer: string): Verdict {
  const { numbers, target } = problem.facts as unknown as Facts;
  const text = plain(answer);
  const verdict = (reward: 0 | 1, reason: string): Verdict => ({ reward, reason, answer });
  const value = worthOf(text);
  if (value === null) return verdict(0, 'no expression');
  if (sorted((text.match(/\b\d+\b/g) ?? []).map(Number)) !== sorted(numbers)) return verdict(0, 'other numbers');
  return value !== IRRATIONAL && isClose(value, target) ? verdict(1, 'right') : verdict(0, 'another value');
}
