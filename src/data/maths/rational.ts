/** Exact rational numbers of bounded size. An operation that has no value, or one too large, gives null; nothing throws. */

/** n/d in lowest terms, d > 0. */
export interface Rational {
  readonly n: bigint;
  readonly d: bigint;
}

/** Largest numerator and denominator, in decimal digits: more than any answer has, few enough for fast arithmetic. */
const MAX_DIGITS = 600;
const LIMIT = 10n ** BigInt(MAX_DIGITS);
const MAX_FACTORIAL = 200n;

export type Maybe = Rational | null;

/** n/d reduced; null where d is 0 or a part is too large. */
export function ratio(n: bigint, d = 1n): Maybe {
  if (d === 0n || tooLarge(n) || tooLarge(d)) return null;
  const common = gcd(n < 0n ? -n : n, d < 0n ? -d : d) * (d < 0n ? -1n : 1n);
  return { n: n / common, d: d / common };
}

export const ONE: Rational = { n: 1n, d: 1n };

export const equal = (a: Rational, b: Rational): boolean => a.n === b.n && a.d === b.d;
export const add = (a: Rational, b: Rational): Maybe => ratio(a.n * b.d + b.n * a.d, a.d * b.d);
export const negate = (a: Rational): Rational => ({ n: -a.n, d: a.d });
export const multiply = (a: Rational, b: Rational): Maybe => ratio(a.n * b.n, a.d * b.d);
export const divide = (a: Rational, b: Rational): Maybe => ratio(a.n * b.d, a.d * b.n);

/** a^e for whole e; roots are for `root`. */
export function power(a: Rational, e: Rational): Maybe {
  if (e.d !== 1n || (a.n === 0n && e.n <= 0n)) return null;
  const times = e.n < 0n ? -e.n : e.n;
  // The size of the result, before it is computed: 10^10^10 is refused here.
  const digits = BigInt(Math.max(digitsOf(a.n), digitsOf(a.d)));
  if (a.n !== 0n && !(isUnit(a.n) && a.d === 1n) && times * (digits - 1n) > BigInt(MAX_DIGITS)) return null;
  if (times > 4n * BigInt(MAX_DIGITS)) return isUnit(a.n) && a.d === 1n ? unitPower(a, times) : null;
  return e.n < 0n ? ratio(a.d ** times, a.n ** times) : ratio(a.n ** times, a.d ** times);
}

/** The k-th root where it is rational (k from 2 to 10), the non-negative one for even k. */
export function root(a: Rational, k: number): Maybe {
  if (!Number.isInteger(k) || k < 2 || k > 10 || (a.n < 0n && k % 2 === 0)) return null;
  const n = wholeRoot(a.n < 0n ? -a.n : a.n, k);
  const d = wholeRoot(a.d, k);
  return n === null || d === null ? null : { n: a.n < 0n ? -n : n, d };
}

export function factorial(a: Rational): Maybe {
  if (a.d !== 1n || a.n < 0n || a.n > MAX_FACTORIAL) return null;
  let product = 1n;
  for (let i = 2n; i <= a.n; i++) product *= i;
  return ratio(product);
}

/** n over k, for whole 0 <= k <= n <= 200. */
export function binomial(n: Rational, k: Rational): Maybe {
  if (k.d !== 1n || k.n < 0n || n.d !== 1n || k.n > n.n || n.n > MAX_FACTORIAL) return null;
  let value = 1n;
  for (let i = 1n; i <= k.n; i++) value = (value * (n.n - k.n + i)) / i;
  return ratio(value);
}

/** A decimal of digits before and after the point, the last of which may repeat: ("0", "1", "6") is 0.1666… */
export function decimal(whole: string, fraction: string, repeating = ''): Maybe {
  if (whole.length + fraction.length + repeating.length > MAX_DIGITS) return null;
  const scale = 10n ** BigInt(fraction.length);
  const finite = ratio(BigInt(`${whole}${fraction}` || '0'), scale);
  if (!repeating || !finite) return finite;
  const tail = ratio(BigInt(repeating), scale * (10n ** BigInt(repeating.length) - 1n));
  return tail && add(finite, tail);
}

const tooLarge = (x: bigint): boolean => x >= LIMIT || x <= -LIMIT;
const isUnit = (x: bigint): boolean => x === 1n || x === -1n;
const digitsOf = (x: bigint): number => (x < 0n ? -x : x).toString().length;
const unitPower = (a: Rational, times: bigint): Rational => (times % 2n === 0n ? ONE : a);

function gcd(a: bigint, b: bigint): bigint {
  let [x, y] = [a, b];
  while (y !== 0n) [x, y] = [y, x % y];
  return x === 0n ? 1n : x;
}

/** The whole k-th root of x >= 0 by Newton's method, null where it is no whole number. */
function wholeRoot(x: bigint, k: number): bigint | null {
  if (x < 2n) return x;
  const degree = BigInt(k);
  let guess = 10n ** BigInt(Math.ceil(digitsOf(x) / k));
  for (;;) {
    const next = ((degree - 1n) * guess + x / guess ** (degree - 1n)) / degree;
    if (next >= guess) break;
    guess = next;
  }
  return guess ** degree === x ? guess : null;
}
