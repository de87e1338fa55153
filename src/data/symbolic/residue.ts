/**
 * Exact equality of what is made of numbers, variables, π, e, i and square roots of numbers by + − × ÷, whole powers and
 * factorials, whatever its size: 1/1500!, 2^1999 + 1, (√3 + i)/2.
 *
 * Such expressions are computed modulo the prime p = 2^127 − 1, with i adjoined (p ≡ 3 mod 4, so −1 is no square). The
 * variables, π and e stand for fixed residues without a pattern. The map keeps + − × ÷, and square roots are built of one
 * root for each prime, so equal expressions have equal residues; different ones agree with a chance of 1 in 10^36.
 */

import {
  add as addExact,
  divide as divideExact,
  type Maybe,
  multiply,
  negate,
  power,
  type Rational,
  ratio,
  root,
} from '../maths/rational';
import { hash32 } from '../random';
import type { Expression } from './expression';

const P = 2n ** 127n - 1n;

/** re + im·i. */
export interface Residue {
  readonly re: bigint;
  readonly im: bigint;
}

/** Largest whole exponent; x^(p−1) is 1 for every x, so exponents must stay far below p. */
const MAX_EXPONENT = 2n ** 64n;
const MAX_FACTORIAL = 20_000n;
/** Roots are taken of numbers that division by the numbers up to this factors. */
const MAX_FACTOR = 5000n;
const LARGEST_RADICAND = 10n ** 40n;

/** The residue of an expression for the values of `seed`, or null where it has none or is not of that kind. */
export function residueOf(e: Expression, seed: number): Residue | null {
  switch (e.op) {
    case 'number': {
      const value = exactOf(e);
      return value && divide(real(value.n), real(value.d));
    }
    case 'variable':
      return real(standsFor(e.text, seed));
    case 'pi':
    case 'e':
      return real(standsFor(`the constant ${e.op}`, seed));
    case 'i':
      return { re: 0n, im: 1n };
    case 'factorial':
      return factorial(exactOf(e.args[0]));
    case 'abs': {
      const value = exactOf(e);
      return value && divide(real(value.n), real(value.d));
    }
    case 'root':
      return exactOf(e.args[1])?.n === 2n && exactOf(e.args[1])?.d === 1n ? squareRoot(exactOf(e.args[0])) : null;
    case 'power':
      return powerOf(e.args[0], e.args[1], seed);
    case 'add':
    case 'multiply':
    case 'divide':
    case 'negate': {
      const args: Residue[] = [];
      for (const one of e.args) {
        const arg = residueOf(one, seed);
        if (!arg) return null;
        args.push(arg);
      }
      if (e.op === 'negate') return minus({ re: 0n, im: 0n }, args[0]);
      const fold = FOLDS[e.op];
      return args.slice(1).reduce<Residue | null>((a, b) => a && fold(a, b), args[0]);
    }
    default:
      return null;
  }
}

export const isZero = ({ re, im }: Residue): boolean => re === 0n && im === 0n;
export const sameResidue = (a: Residue, b: Residue): boolean => a.re === b.re && a.im === b.im;
export const minus = (a: Residue, b: Residue): Residue => ({ re: mod(a.re - b.re), im: mod(a.im - b.im) });
export const times = (a: Residue, b: Residue): Residue => ({
  re: mod(a.re * b.re - a.im * b.im),
  im: mod(a.re * b.im + a.im * b.re),
});
const plus = (a: Residue, b: Residue): Residue => ({ re: mod(a.re + b.re), im: mod(a.im + b.im) });

/** a/b; null where b is nothing. The norm of b is not 0, as −1 is no square. */
function divide(a: Residue, b: Residue): Residue | null {
  if (isZero(b)) return null;
  const inverse = powerMod(mod(b.re * b.re + b.im * b.im), P - 2n);
  const { re, im } = times(a, { re: b.re, im: mod(-b.im) });
  return { re: mod(re * inverse), im: mod(im * inverse) };
}

const FOLDS = { add: plus, multiply: times, divide };

/** Exact value of a small constant expression, as exponents and radicands are; null for anything else. */
export function exactOf(e: Expression): Maybe {
  if (e.op === 'number') return numberOf(e.text);
  if (!('args' in e)) return null;
  const args: Rational[] = [];
  for (const one of e.args) {
    const arg = exactOf(one);
    if (!arg) return null;
    args.push(arg);
  }
  const [x, y] = args;
  const fold = (of: (a: Rational, b: Rational) => Maybe) => args.slice(1).reduce<Maybe>((a, b) => a && of(a, b), x);
  if (e.op === 'add') return fold(addExact);
  if (e.op === 'multiply') return fold(multiply);
  if (e.op === 'divide') return divideExact(x, y);
  if (e.op === 'negate') return negate(x);
  if (e.op === 'abs') return x.n < 0n ? negate(x) : x;
  if (e.op === 'power') return power(x, y);
  if (e.op === 'root') return y.d === 1n && y.n <= 10n ? root(x, Number(y.n)) : null;
  return null;
}

/** A decimal in the library's words: 12, 0.5, 1e+20. */
function numberOf(text: string): Maybe {
  const found = /^(-?)(\d*)(?:\.(\d*))?(?:e([-+]?\d{1,4}))?$/i.exec(text);
  if (!found) return null;
  const [, sign, whole, fraction = '', e = '0'] = found;
  const digits = BigInt(`${whole}${fraction}` || '0') * (sign ? -1n : 1n);
  const shift = Number(e) - fraction.length;
  return shift < 0 ? ratio(digits, 10n ** BigInt(-shift)) : ratio(digits * 10n ** BigInt(shift));
}

/** Whole powers, and those of a half of numbers. */
function powerOf(base: Expression, exponent: Expression, seed: number): Residue | null {
  const by = exactOf(exponent);
  if (!by || by.n > MAX_EXPONENT || by.n < -MAX_EXPONENT || (by.d !== 1n && by.d !== 2n)) return null;
  let from = by.d === 1n ? residueOf(base, seed) : squareRoot(exactOf(base));
  if (from && by.n < 0n) from = divide(real(1n), from);
  if (!from || (isZero(from) && by.n === 0n)) return null;
  let product = real(1n);
  for (let n = by.n < 0n ? -by.n : by.n; n > 0n; n >>= 1n) {
    if (n & 1n) product = times(product, from);
    from = times(from, from);
  }
  return product;
}

function factorial(of: Maybe): Residue | null {
  if (of?.d !== 1n || of.n < 0n || of.n > MAX_FACTORIAL) return null;
  let product = 1n;
  for (let k = 2n; k <= of.n; k++) product = (product * k) % P;
  return real(product);
}

/** √(n/d) = √(nd)/d by the primes of nd: one root for each, so that √2·√3 is √6. */
function squareRoot(of: Maybe): Residue | null {
  if (!of) return null;
  let rest = of.n * of.d;
  if (rest === 0n) return real(0n);
  let value: Residue = rest < 0n ? { re: 0n, im: 1n } : real(1n);
  if (rest < 0n) rest = -rest;
  const whole = root({ n: rest, d: 1n }, 2);
  if (whole) return divide(times(value, real(whole.n)), real(of.d));
  if (rest > LARGEST_RADICAND) return null;
  for (let q = 2n; q <= MAX_FACTOR && q * q <= rest; q += q === 2n ? 1n : 2n) {
    while (rest % (q * q) === 0n) {
      value = times(value, real(q));
      rest /= q * q;
    }
    if (rest % q !== 0n) continue;
    value = times(value, rootOfPrime(q));
    rest /= q;
  }
  // What is left is a prime, or too large to say.
  if (rest > MAX_FACTOR * MAX_FACTOR) return null;
  return divide(rest === 1n ? value : times(value, rootOfPrime(rest)), real(of.d));
}

/** Of q or of −q one is a square. */
function rootOfPrime(q: bigint): Residue {
  const r = powerMod(q, (P + 1n) / 4n);
  return (r * r) % P === q % P ? real(r) : { re: 0n, im: powerMod(P - q, (P + 1n) / 4n) };
}

/** Four words of a hash make a residue. */
function standsFor(name: string, seed: number): bigint {
  const codes = Array.from(name, (c) => c.codePointAt(0) ?? 0);
  return mod([1, 2, 3, 4].reduce((n, word) => (n << 32n) | BigInt(hash32([word, seed, ...codes]) >>> 0), 0n));
}

const mod = (x: bigint): bigint => ((x % P) + P) % P;
const real = (re: bigint): Residue => ({ re: mod(re), im: 0n });

function powerMod(base: bigint, exponent: bigint): bigint {
  let [product, square] = [1n, mod(base)];
  for (let n = exponent; n > 0n; n >>= 1n) {
    if (n & 1n) product = (product * square) % P;
    square = (square * square) % P;
  }
  return product;
}
