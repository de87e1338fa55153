/** What a kind of word problem is: numbers are drawn, a question is told, and the way to the answer is a list of steps. */
import type { Random } from '../random';

/** What was drawn: numbers, names and things, JSON only. */
export type Facts = Readonly<Record<string, string | number>>;

/** How a step computes; "down" and "up" are divisions rounded to a whole number, "%" takes [percent, whole]. */
export type Operation = '+' | '-' | '*' | '/' | '%' | 'down' | 'up' | 'fraction';

/** A number of the problem, or the result of an earlier step (counted from 0). */
export type Operand = number | { readonly step: number };

/** One computation of a solution with the words before it, e.g. "The pears cost" 3 * 4 "$". */
export interface Step {
  readonly say: string;
  readonly operation: Operation;
  readonly operands: readonly Operand[];
  /** What the result counts: "apples", "$", or nothing. */
  readonly unit: string;
}

/** One row of the table of word problems. All parts are functions of the facts alone. */
export interface Template<F extends Facts = Facts> {
  readonly name: string;
  /** Numbers for which every step comes out exact and not negative. */
  draw(random: Random): F;
  question(facts: F): string;
  /** Two or more; the last one's result is the answer. */
  steps(facts: F): Step[];
  /** The solution's last sentence around the answer. */
  ending(facts: F, answer: string): string;
}

/** A row for the table, checked against its own facts. */
export function template<F extends Facts>(row: Template<F>): Template {
  return row as unknown as Template;
}

/** A step of a solution. */
export function step(say: string, operation: Operation, operands: readonly Operand[], unit = ''): Step {
  return { say, operation, operands, unit };
}

/** The result of step k, as an operand of a later one. */
export const at = (k: number): Operand => ({ step: k });

/** A number as problems write it: 4, or 4.50. */
export const plain = (x: number): string => (Number.isInteger(x) ? String(x) : x.toFixed(2));

/** An amount of money as problems write it. */
export const usd = (x: number): string => `$${plain(x)}`;

/** "twice", "3 times". */
export const times = (n: number): string => (n === 2 ? 'twice' : `${n} times`);

/** A whole number from low to high, both included. */
export const between = (random: Random, low: number, high: number): number => low + random.below(high - low + 1);

/** A multiple of `unit` from low to high; the bounds are multiples too. */
export const multiple = (random: Random, unit: number, low: number, high: number): number =>
  unit * between(random, low / unit, high / unit);

export const pick = <T>(random: Random, list: readonly T[]): T => list[random.below(list.length)];

/** n different items of a list, in random order. */
export const several = <T>(random: Random, list: readonly T[], n: number): T[] => random.shuffle([...list]).slice(0, n);

export const NAMES = [
  ...['Amara', 'Ben', 'Chen', 'Dalia', 'Emil', 'Farah', 'Goran', 'Hana', 'Ines', 'Jonas', 'Kofi', 'Leila', 'Mateo'],
  ...['Nadia', 'Omar', 'Priya', 'Quinn', 'Rosa', 'Samir', 'Tilda', 'Umar', 'Vera', 'Wanda', 'Yusuf', 'Zoe'],
] as const;
