/**
 * Exact values of written numbers: integers, decimals, repeating decimals, fractions, mixed numbers, scientific notation,
 * and the arithmetic that people leave standing in answers (2^{10}, \frac{3+5}{4}, \binom{5}{2}, 5!, \sqrt{16}).
 * A recursive descent over cleaned text (clean.ts); whatever is no number is null.
 */
import {
  add,
  binomial,
  decimal,
  divide,
  factorial,
  type Maybe,
  multiply,
  negate,
  power,
  type Rational,
  root,
} from './rational';

/** Longest text that is read as a number: keeps the worst case below a few milliseconds. */
const MAX_LENGTH = 240;
const MAX_DEPTH = 40;

interface Token {
  /** "number", an operator, or a command with its backslash. */
  readonly kind: string;
  readonly value: Maybe;
  /** Whole numbers begin mixed numbers. */
  readonly whole: boolean;
  readonly spaced: boolean;
}

/** The value of a written number, or null. */
export function evaluate(text: string): Maybe {
  if (text.length > MAX_LENGTH || !/\d/.test(text)) return null;
  const tokens = read(text);
  return tokens && new Parser(tokens).all();
}

const NUMBER =
  /(?<grouped>[1-9]\d{0,2}(?:,\d{3})+(?!\d)|[1-9]\d{0,2}(?: \d{3})+(?!\d| ?\/))(?:\.(?<f0>\d+))?|(?<whole>\d*)\.(?<f1>\d*)\\overline\{(?<r>\d{1,40})\}|(?<w2>\d+)(?:\.(?<f2>\d*))?|\.(?<f3>\d+)/y;
const REST = /\\(?:frac|sqrt|binom|times|cdot|div)(?![a-zA-Z])|[-+*/^(){}[\]!]|[eE](?=[-+]?\d)/y;

function read(text: string): Token[] | null {
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    const spaces = /\s*/y;
    spaces.lastIndex = at;
    const spaced = (spaces.exec(text) as RegExpExecArray)[0].length > 0;
    at = spaces.lastIndex;
    if (at === text.length) break;
    NUMBER.lastIndex = at;
    const groups = NUMBER.exec(text)?.groups;
    if (groups) {
      at = NUMBER.lastIndex;
      const whole = (groups.grouped ?? groups.whole ?? groups.w2 ?? '').replace(/[, ]/g, '');
      const fraction = groups.f0 ?? groups.f1 ?? groups.f2 ?? groups.f3 ?? '';
      const value = decimal(whole, fraction, groups.r);
      if (value === null) return null;
      tokens.push({ kind: 'number', value, whole: fraction === '' && !groups.r, spaced });
      continue;
    }
    REST.lastIndex = at;
    const found = REST.exec(text)?.[0];
    if (!found) return null;
    at = REST.lastIndex;
    tokens.push({ kind: SAME_AS[found] ?? found, value: null, whole: false, spaced });
  }
  return tokens;
}

const SAME_AS: Record<string, string> = { '\\times': '*', '\\cdot': '*', '\\div': '/', E: 'e' };

class Parser {
  private at = 0;
  private depth = 0;

  constructor(private readonly tokens: readonly Token[]) {}

  all(): Maybe {
    const value = this.sum();
    return this.at === this.tokens.length ? value : null;
  }

  private kind(ahead = 0): string {
    return this.tokens[this.at + ahead]?.kind ?? '';
  }

  private take(kind: string): boolean {
    if (this.kind() !== kind) return false;
    this.at++;
    return true;
  }

  private sum(): Maybe {
    if (this.depth++ > MAX_DEPTH) return null;
    let value = this.product();
    while (value && (this.kind() === '+' || this.kind() === '-')) {
      const minus = this.kind() === '-';
      this.at++;
      const next = this.product();
      value = next && add(value, minus ? negate(next) : next);
    }
    this.depth--;
    return value;
  }

  private product(): Maybe {
    let value = this.signed();
    while (value) {
      if (this.take('*')) value = both(value, this.signed(), multiply);
      else if (this.take('/')) value = both(value, this.signed(), divide);
      else if (/^(\(|\\sqrt|\\binom)$/.test(this.kind())) value = both(value, this.power(), multiply);
      else break;
    }
    return value;
  }

  private signed(): Maybe {
    let minus = false;
    while (this.kind() === '-' || this.kind() === '+') {
      minus = minus !== (this.kind() === '-');
      this.at++;
    }
    const value = this.power();
    return value && (minus ? negate(value) : value);
  }

  private power(): Maybe {
    let value = this.atom();
    while (value && this.take('!')) value = factorial(value);
    if (!value) return null;
    // 1.5e3: only digits follow the e, with their sign.
    if (this.kind() === 'e') {
      this.at++;
      const minus = this.take('-');
      if (!minus) this.take('+');
      const e = this.tokens[this.at++];
      if (!e?.value || !e.whole) return null;
      const scale = power({ n: 10n, d: 1n }, minus ? negate(e.value) : e.value);
      return scale && multiply(value, scale);
    }
    if (!this.take('^')) return value;
    if (this.depth++ > MAX_DEPTH) return null;
    const exponent = this.signed();
    this.depth--;
    return exponent && power(value, exponent);
  }

  private atom(): Maybe {
    if (this.kind() === 'number') return this.number();
    if (this.take('(')) return this.until(')');
    if (this.take('{')) return this.until('}');
    if (this.take('\\frac')) return both(this.group(), this.group(), divide);
    if (this.take('\\binom')) return both(this.group(), this.group(), binomial);
    if (!this.take('\\sqrt')) return null;
    let degree = 2;
    if (this.take('[')) {
      const given = this.until(']');
      if (given?.d !== 1n || given.n > 10n) return null;
      degree = Number(given.n);
    }
    const inside = this.group();
    return inside && root(inside, degree);
  }

  /** A number, or a mixed number: 1 1/2, 1\frac{1}{2}. */
  private number(): Maybe {
    const { value, whole } = this.tokens[this.at++];
    if (!value || !whole) return value;
    const next = this.tokens[this.at];
    if (next?.kind === '\\frac') {
      this.at++;
      const part = both(this.group(), this.group(), divide);
      return part && add(value, part);
    }
    const isFraction = this.kind(1) === '/' && this.tokens[this.at + 2]?.whole && next.whole && next.spaced;
    if (!isFraction) return value;
    const part = divide(next.value as Rational, this.tokens[this.at + 2].value as Rational);
    this.at += 3;
    return part && part.n < part.d ? add(value, part) : null;
  }

  private group(): Maybe {
    return this.take('{') ? this.until('}') : null;
  }

  private until(closing: string): Maybe {
    const value = this.sum();
    return value && this.take(closing) ? value : null;
  }
}

const both = (a: Maybe, b: Maybe, of: (a: Rational, b: Rational) => Maybe): Maybe => a && b && of(a, b);
