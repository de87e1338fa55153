/**
 * The value of an expression at a point, complex, with 80 digits (decimal.js). A number that 80 digits cannot tell from
 * another one has no value here: a summand that is lost beside a larger one, an argument so small or so large that its
 * function is constant. Whoever compares values must not call equal what was never told apart.
 */
import Decimal from 'decimal.js';
import type { Expression } from './expression';
import { exactOf } from './residue';

const Real = Decimal.clone({ precision: 80, toExpNeg: -20, toExpPos: 40 });
type Real = Decimal;

export interface Value {
  readonly re: Real;
  readonly im: Real;
}

/** `undefined`: there is none (1/0); `unclear`: it cannot be told. */
export type Known = Value | 'undefined' | 'unclear';
export type Point = ReadonlyMap<string, number>;

/** Relative error below which two values agree: of 80 digits some are lost on the way. */
const TOLERANCE = new Real('1e-62');
/** A summand this small beside the largest one, or a sum that cancels to this, is unclear. */
const LOST = new Real('1e-18');
/** More digits than this are not written by hand, and would not all count. */
const MOST_DIGITS = 40;
const MAX_FACTORIAL = 3000;

class Unclear extends Error {}
class Undefined extends Error {}
const unclear = (): never => {
  throw new Unclear();
};
const none = (): never => {
  throw new Undefined();
};

export function valueAt(e: Expression, point: Point): Known {
  try {
    const value = compute(e, point);
    return value.re.isFinite() && value.im.isFinite() ? value : 'undefined';
  } catch (error) {
    if (error instanceof Unclear) return 'unclear';
    if (error instanceof Undefined) return 'undefined';
    throw error;
  }
}

/** Do two values agree? Relative to the larger one, so that nothing agrees with 0 but 0. */
export function agreeing(a: Value, b: Value): boolean {
  const apart = size({ re: a.re.minus(b.re), im: a.im.minus(b.im) });
  return apart.lte(TOLERANCE.times(Real.max(size(a), size(b))));
}

export const product = (a: Value, b: Value): Value => ({
  re: a.re.times(b.re).minus(a.im.times(b.im)),
  im: a.re.times(b.im).plus(a.im.times(b.re)),
});

const ZERO = new Real(0);
const ONE = new Real(1);
const PI = Real.acos(-1);
const E = Real.exp(1);
const real = (x: Decimal.Value): Value => ({ re: new Real(x), im: ZERO });
const size = ({ re, im }: Value): Real => (im.isZero() ? re.abs() : re.isZero() ? im.abs() : Real.hypot(re, im));
const isReal = ({ im }: Value): boolean => im.isZero();
const isNothing = (x: Value): boolean => x.re.isZero() && x.im.isZero();

function compute(e: Expression, point: Point): Value {
  switch (e.op) {
    case 'number': {
      const x = new Real(e.text);
      return x.sd() > MOST_DIGITS ? unclear() : real(x);
    }
    case 'variable':
      return real(point.get(e.text) ?? none());
    case 'pi':
      return real(PI);
    case 'e':
      return real(E);
    case 'i':
      return { re: ZERO, im: ONE };
    case 'power':
      return powerOf(e.args[0], e.args[1], point);
    case 'root':
      return rootOf(e.args[0], compute(e.args[1], point), point);
  }
  const args = e.args.map((arg) => compute(arg, point));
  const [x, y] = args;
  switch (e.op) {
    case 'add':
      return sum(args);
    case 'multiply':
      return args.reduce((a, b) => kept(product(a, b), a, b));
    case 'divide':
      return quotient(x, y);
    case 'negate':
      return { re: x.re.neg(), im: x.im.neg() };
    case 'abs':
      return real(size(x));
    case 'ln':
      return logarithm(x);
    case 'log':
      return quotient(logarithm(x), logarithm(y));
    case 'exp':
      return exponential(x);
    default:
      return args.every(isReal)
        ? real(
            ofReals(
              e.op,
              args.map(({ re }) => re),
            ),
          )
        : unclear();
  }
}

/** Functions of real numbers, within the bounds where their values still tell their arguments apart. */
function ofReals(name: string, args: Real[]): Real {
  const [x] = args;
  const size = x.abs();
  const within = (least: number, most: number) => size.isZero() || (size.gte(least) && size.lte(most)) || unclear();
  switch (name) {
    case 'max':
      return Real.max(...args);
    case 'min':
      return Real.min(...args);
    case 'floor':
    case 'ceil':
      // 3 - 1e-79 and 3 are one here, but not their floors.
      if (!x.isInteger() && x.minus(x.round()).abs().lt(LOST)) unclear();
      return name === 'floor' ? x.floor() : x.ceil();
    case 'factorial':
      return factorial(x);
    case 'sinh':
    case 'cosh':
    case 'tanh':
      return within(1e-8, 15) && Real[name](x);
    case 'arcsin':
    case 'arccos':
      if (size.gt(1)) none();
      return within(1e-8, 1) && (name === 'arcsin' ? x.asin() : x.acos());
    case 'arctan':
      return within(1e-8, 1e8) && x.atan();
    default:
      return within(1e-8, 1e6) && angular(name, x);
  }
}

function angular(name: string, x: Real): Real {
  const [sine, cosine] = [x.sin(), x.cos()];
  const over = (a: Real, b: Real) => (b.isZero() ? none() : b.abs().lt(LOST) ? unclear() : a.div(b));
  // sin π comes out as 1e-80.
  const clear = (a: Real) => (!a.isZero() && a.abs().lt(LOST) ? unclear() : a);
  switch (name) {
    case 'sin':
      return clear(sine);
    case 'cos':
      return clear(cosine);
    case 'tan':
      return over(clear(sine), cosine);
    case 'cot':
      return over(clear(cosine), sine);
    case 'sec':
      return over(ONE, cosine);
    default:
      return over(ONE, sine);
  }
}

function factorial(n: Real): Real {
  if (!n.isInteger() || n.isNegative()) return none();
  if (n.gt(MAX_FACTORIAL)) return unclear();
  let all = ONE;
  for (let k = 2; k <= n.toNumber(); k++) all = all.times(k);
  return all;
}

function sum(parts: readonly Value[]): Value {
  const total = parts.reduce((a, b) => ({ re: a.re.plus(b.re), im: a.im.plus(b.im) }));
  const sizes = parts.map(size);
  const largest = Real.max(...sizes);
  if (sizes.some((s) => !s.isZero() && s.lt(largest.times(LOST)))) unclear();
  // What cancels out of few digits is exact; else nothing is left to compare.
  const isShort = parts.every(({ re, im }) => re.sd() <= MOST_DIGITS && im.sd() <= MOST_DIGITS);
  if (!isShort && size(total).lt(largest.times(LOST))) unclear();
  return total;
}

/** A product or quotient that left the range of exponents is not 0. */
function kept(result: Value, ...of: readonly Value[]): Value {
  return isNothing(result) && !of.some(isNothing) ? unclear() : result;
}

function quotient(a: Value, b: Value): Value {
  if (isNothing(b)) return none();
  const norm = b.re.times(b.re).plus(b.im.times(b.im));
  if (isReal(b)) return kept({ re: a.re.div(b.re), im: a.im.div(b.re) }, a);
  const top = product(a, { re: b.re, im: b.im.neg() });
  return kept({ re: top.re.div(norm), im: top.im.div(norm) }, a);
}

/** The principal one. */
function logarithm(x: Value): Value {
  if (isNothing(x)) return none();
  return { re: size(x).ln(), im: isReal(x) && x.re.isPositive() ? ZERO : Real.atan2(x.im, x.re) };
}

function exponential(x: Value): Value {
  const extent = size(x);
  if (!extent.isZero() && (extent.lt(LOST) || x.im.abs().gt(1e6) || x.re.abs().gt(1e15))) unclear();
  const scale = x.re.exp();
  if (isReal(x)) return kept(real(scale));
  return { re: scale.times(x.im.cos()), im: scale.times(x.im.sin()) };
}

function powerOf(base: Expression, exponent: Expression, point: Point): Value {
  const exact = exactOf(exponent);
  const odd = exact && exact.d !== 1n && exact.d % 2n === 1n;
  const from = compute(base, point);
  const by = compute(exponent, point);
  if (isNothing(by)) return isNothing(from) ? none() : real(1);
  if (size(by).lt(LOST)) return unclear();
  if (isNothing(from)) return isReal(by) && by.re.isPositive() ? real(0) : none();
  if (isReal(by) && by.re.isInteger() && by.re.abs().lte(1e15)) return wholePower(from, by.re);
  if (isReal(from) && isReal(by)) {
    if (from.re.isPositive()) return kept(real(from.re.pow(by.re)), from);
    // (-8)^{1/3} is -2, as its root is.
    if (odd)
      return real(
        from.re
          .neg()
          .pow(by.re)
          .times(exact.n % 2n === 0n ? 1 : -1),
      );
  }
  return exponential(product(by, logarithm(from)));
}

function wholePower(from: Value, n: Real): Value {
  if (isReal(from)) return kept(real(from.re.pow(n)), from);
  if (n.abs().gt(1000)) return unclear();
  const times = n.abs().toNumber();
  let all = real(1);
  for (let k = 0; k < times; k++) all = product(all, from);
  return n.isNegative() ? quotient(real(1), all) : all;
}

function rootOf(inside: Expression, degree: Value, point: Point): Value {
  const from = compute(inside, point);
  if (!isReal(degree) || isNothing(degree)) return none();
  if (degree.re.abs().gt(1e6)) return unclear();
  if (isNothing(from)) return real(0);
  if (isReal(from) && degree.re.eq(2)) {
    const root = from.re.abs().sqrt();
    return from.re.isPositive() ? real(root) : { re: ZERO, im: root };
  }
  const isOdd = degree.re.isInteger() && !degree.re.mod(2).isZero();
  if (isReal(from) && (from.re.isPositive() || isOdd)) {
    const root = from.re.abs().pow(ONE.div(degree.re));
    return real(from.re.isPositive() ? root : root.neg());
  }
  return exponential(quotient(logarithm(from), degree));
}
