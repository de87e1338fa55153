/**
 * The value of an arithmetic expression as Python writes it, in exact fractions: + − * / // % ** ! and brackets, with Python's
 * order of operations (and ^ for its bitwise xor, as reasoning-gym's sympy reads it). A recursive descent; nothing is run.
 */
import {
  add,
  decimal,
  divide,
  equal,
  factorial,
  type Maybe,
  multiply,
  negate,
  power,
  type Rational,
  ratio,
  root,
} from '../maths/rational';

/** Longest expression that is read, in characters: bounds the recursion, too. */
const MAX_LENGTH = 400;
/** Deepest root that is taken of a fraction. */
const MAX_ROOT = 10n;

/** A number that is no fraction: a root, or 0/0. It equals nothing. */
export const IRRATIONAL = 'irrational';
/** Null: no expression, or one without a value (1/0), or one beyond 600 digits. */
export type Value = Rational | typeof IRRATIONAL | null;

/** The value of `text`. Never throws; linear in its length but for the size of the numbers. */
export function worthOf(text: string): Value {
  const tokens = text.length > MAX_LENGTH ? null : read(text.trim());
  return tokens && new Reader(tokens).all();
}

const TOKEN = /[ \t\f]*(?:((?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)|(\*\*|\/\/|[-+*/%^()!\n]))/y;

/** Numbers and signs; null where anything else stands. A new line counts as blank within brackets only. */
function read(text: string): string[] | null {
  const tokens: string[] = [];
  let depth = 0;
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const found = TOKEN.exec(text);
    if (!found) return null;
    const token = found[1] ?? found[2];
    if (token === '(') depth++;
    if (token === ')') depth--;
    if (token !== '\n') tokens.push(token);
    else if (depth <= 0) return null;
  }
  return tokens;
}

type Operation = (a: Rational, b: Rational) => Value;

const floor = ({ n, d }: Rational): Maybe => ratio(n < 0n ? (n - d + 1n) / d : n / d);
const quotient: Operation = (a, b) => (a.n === 0n && b.n === 0n ? IRRATIONAL : divide(a, b));
const floored: Operation = (a, b) => {
  const exact = divide(a, b);
  return exact && floor(exact);
};
const modulo: Operation = (a, b) => {
  const whole = floored(a, b);
  const taken = whole && multiply(whole as Rational, b);
  return taken && add(a, negate(taken));
};
const xor: Operation = (a, b) => (a.d === 1n && b.d === 1n ? ratio(a.n ^ b.n) : null);

/** From the loosest to the tightest. */
const LEVELS: readonly Readonly<Record<string, Operation>>[] = [
  { '^': xor },
  { '+': add, '-': (a, b) => add(a, negate(b)) },
  { '*': multiply, '/': quotient, '//': floored, '%': modulo },
];

/** a^e, of a fraction e where the root is one; a negative number's root is complex, and has no value. */
const raised: Operation = (a, e) => {
  if (a.n === 0n) return e.n === 0n ? ratio(1n) : e.n > 0n ? a : null;
  if (e.d === 1n) return power(a, e);
  if (a.n < 0n) return null;
  const base = e.d <= MAX_ROOT ? root(a, Number(e.d)) : null;
  return base ? power(base, { n: e.n, d: 1n }) : IRRATIONAL;
};

class Reader {
  private at = 0;

  constructor(private readonly tokens: readonly string[]) {}

  all(): Value {
    const value = this.level(0);
    return this.at === this.tokens.length ? value : null;
  }

  private take(token: string): boolean {
    if (this.tokens[this.at] !== token) return false;
    this.at++;
    return true;
  }

  private level(i: number): Value {
    if (i === LEVELS.length) return this.signed();
    let value = this.level(i + 1);
    for (;;) {
      const next = this.tokens[this.at] ?? '';
      if (value === null || !Object.hasOwn(LEVELS[i], next)) return value;
      this.at++;
      value = both(value, this.level(i + 1), LEVELS[i][next]);
    }
  }

  private signed(): Value {
    if (this.take('+')) return this.signed();
    if (!this.take('-')) return this.power();
    const value = this.signed();
    return value === null || value === IRRATIONAL ? value : negate(value);
  }

  private power(): Value {
    let value = this.atom();
    if (this.take('!')) value = value === null || value === IRRATIONAL ? value : factorial(value);
    return value !== null && this.take('**') ? both(value, this.signed(), raised) : value;
  }

  private atom(): Value {
    if (!this.take('(')) return number(this.tokens[this.at++] ?? '');
    const value = this.level(0);
    return this.take(')') ? value : null;
  }
}

/** A number as Python writes it: 03 is none, 03.5 and 4e1 are. */
function number(token: string): Maybe {
  const [, whole = '', fraction, exponent] = /^(\d*)(\.\d*)?(?:[eE]([-+]?\d{1,4}))?$/.exec(token) ?? [];
  if (!/^\.?\d/.test(token) || (fraction === undefined && exponent === undefined && /^0+[1-9]/.test(whole)))
    return null;
  const value = decimal(whole, fraction?.slice(1) ?? '');
  const scale = exponent === undefined ? ratio(1n) : power({ n: 10n, d: 1n }, { n: BigInt(exponent), d: 1n });
  return value && scale && multiply(value, scale);
}

const both = (a: Value, b: Value, of: Operation): Value => {
  if (a === null || b === null) return null;
  return a === IRRATIONAL || b === IRRATIONAL ? IRRATIONAL : of(a, b);
};

/** Whether a value is `target` as numpy.isclose says with atol 1e-6 and its own rtol 1e-5: exact here, not in doubles. */
export function isClose(value: Rational, target: number): boolean {
  const wanted = { n: BigInt(target), d: 1n };
  if (equal(value, wanted)) return true;
  const off = value.n - wanted.n * value.d;
  return (off < 0n ? -off : off) * 1_000_000n <= (1n + 10n * wanted.n) * value.d;
}
