/**
 * A function of u as a person writes it, read and never run as code: numbers, u, + - * / ^, parentheses, and the names
 * below. `2u` and `2(u+1)` multiply. Precedence climbing (Pratt 1973); length and depth are bounded.
 */

import { fill } from '../markup';
import type { Words } from '../words/en';

export type Evaluate = (u: number) => number;

const MOST_CHARACTERS = 200;
const MOST_DEPTH = 40;

/** A function takes as many values as it names. */
const FUNCTIONS: Readonly<Record<string, (...values: number[]) => number>> = {
  exp: Math.exp,
  log: Math.log,
  sqrt: Math.sqrt,
  abs: Math.abs,
  sign: Math.sign,
  tanh: Math.tanh,
  sigmoid: (x) => 1 / (1 + Math.exp(-x)),
  softplus: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
  min: Math.min,
  max: Math.max,
  clamp: (x, low, high) => Math.min(Math.max(x, low), high),
};
const CONSTANTS: Readonly<Record<string, number>> = { e: Math.E, pi: Math.PI, ln2: Math.LN2 };
/** What can be written besides numbers and u. */
export const NAMES: readonly string[] = [...Object.keys(FUNCTIONS), ...Object.keys(CONSTANTS)];

/** How strongly each binds to what is left of it, and what it does; ^ binds from the right. */
const OPERATORS: ReadonlyMap<string, readonly [binds: number, of: (a: number, b: number) => number]> = new Map([
  ['+', [1, (a, b) => a + b]],
  ['-', [1, (a, b) => a - b]],
  ['*', [2, (a, b) => a * b]],
  ['/', [2, (a, b) => a / b]],
  ['^', [4, (a, b) => a ** b]],
]);
const SIGN_BINDS = 3; // −u^2 is −(u^2), and −u·v is (−u)·v

/** What is wrong with an expression: of the words' `misread`. */
type Wrong = 'missing' | 'stray' | 'unknown' | 'wanted' | 'long' | 'deep';

/** Why an expression cannot be read; `misreadText` puts it in words. */
export class Misread extends Error {
  constructor(
    readonly wrong: Wrong,
    /** What is told with it: the token and its place, what is wanted, or what is the most. */
    readonly values: Readonly<Record<string, string | number>>,
  ) {
    super(wrong);
  }
}

/** It in words, with the place where there is one. */
export function misreadText({ wrong, values }: Misread, words: Words['hood']['misread']): string {
  if (wrong === 'long' || wrong === 'deep') return fill(words[wrong], values);
  const { token } = values;
  const where = token === '' ? words.end : fill(words.at, values);
  return `${where}: ${fill(words[wrong === 'wanted' && token !== '' ? 'wantedBefore' : wrong], values)}.`;
}

/** Reads an expression. Throws Misread. */
export function readExpression(text: string): Evaluate {
  if (text.length > MOST_CHARACTERS) throw new Misread('long', { most: MOST_CHARACTERS });
  const tokens = text.match(/(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?|[a-z]\w*|\S/gi) ?? [];
  return new Reader(tokens).whole();
}

class Reader {
  private at = 0;
  private depth = 0;

  constructor(private readonly tokens: readonly string[]) {}

  private get next(): string {
    return this.tokens[this.at] ?? '';
  }

  whole(): Evaluate {
    const value = this.sum(0);
    if (this.next !== '') throw this.error('stray');
    return value;
  }

  /** Everything that binds more strongly than `least`. */
  private sum(least: number): Evaluate {
    if (++this.depth > MOST_DEPTH) throw new Misread('deep', { most: MOST_DEPTH });
    let left = this.operand();
    for (;;) {
      const sign = OPERATORS.has(this.next) ? this.next : /^[\w.(]/.test(this.next) ? '*' : '';
      const [binds, of] = OPERATORS.get(sign) ?? [0, Math.min];
      if (binds <= least) break;
      if (this.next === sign) this.at++;
      const [a, b] = [left, this.sum(sign === '^' ? binds - 1 : binds)];
      left = (u) => of(a(u), b(u));
    }
    this.depth--;
    return left;
  }

  private operand(): Evaluate {
    const token = this.next;
    const fn = Object.hasOwn(FUNCTIONS, token) ? FUNCTIONS[token] : null;
    if (token === '') throw this.error('missing');
    const known = /^([-+(u]|\.?\d.*)$/.test(token) || fn || Object.hasOwn(CONSTANTS, token);
    if (!known) throw this.error('unknown');
    this.at++;
    if (fn) return this.call(fn);
    if (token === '+') return this.sum(SIGN_BINDS);
    if (token === '-') {
      const value = this.sum(SIGN_BINDS);
      return (u) => -value(u);
    }
    if (token === '(') {
      const value = this.sum(0);
      this.expect(')');
      return value;
    }
    if (token === 'u') return (u) => u;
    const value = Object.hasOwn(CONSTANTS, token) ? CONSTANTS[token] : Number(token);
    return () => value;
  }

  private call(fn: (...values: number[]) => number): Evaluate {
    const values: Evaluate[] = [];
    do {
      this.expect(values.length === 0 ? '(' : ',');
      values.push(this.sum(0));
    } while (values.length < fn.length);
    this.expect(')');
    return (u) => fn(...values.map((value) => value(u)));
  }

  private expect(token: string): void {
    if (this.next !== token) throw this.error('wanted', token);
    this.at++;
  }

  private error(wrong: Wrong, wanted = ''): Misread {
    return new Misread(wrong, { token: this.next, part: this.at + 1, wanted });
  }
}
