/** A single answer without structure: a number with its unit, a time, a ratio, a numeral of a base, words, or an expression. */
import { evaluate } from './arithmetic';
import { keyOf } from './clean';
import { add, divide, equal, type Maybe, multiply, type Rational, ratio } from './rational';
import { conversion, isUnitLetter, isUnitName, type Unit, unitOf } from './units';

export interface Leaf {
  /** Cleaned text. */
  readonly text: string;
  readonly key: string;
  /** What stands before the unit. */
  readonly value: string;
  readonly number: Maybe;
  readonly unit: Unit | null;
  readonly percent: boolean;
  /** Lower-case words where the text is prose, else null. */
  readonly prose: string | null;
  readonly time: { readonly minutes: number; readonly half: 'a' | 'p' | null } | null;
  /** 3:4 as its terms. */
  readonly terms: readonly Rational[] | null;
  readonly numeral: { readonly digits: string; readonly base: string } | null;
}

/** Whether two expressions that are no plain numbers are equal; the exact judge says never. */
export type ExpressionsEqual = (a: string, b: string) => boolean;

/** Names of functions and constants: letters that are mathematics and no words. */
const MATHS_NAMES =
  'arcsin|arccos|arctan|sinh|cosh|tanh|sin|cos|tan|cot|sec|csc|log|ln|lg|exp|sqrt|frac|binom|pi|infty|gcd|lcm|mod|det|lim|or|and';
const FUNCTION = new RegExp(`^(?:${MATHS_NAMES})$`);

export function leafOf(cleaned: string): Leaf {
  const text = cleaned.trim();
  const time = timeOf(text);
  const quantity = compoundOf(text) ?? quantityOf(text);
  const [, digits, base] = /^\(?([0-9A-F]{1,60})\)?_\{?\(?(\d{1,2})\)?\}?$/.exec(text) ?? [];
  return {
    text,
    key: keyOf(text),
    ...quantity,
    prose: quantity.number === null ? proseOf(text) : null,
    time,
    terms: time && /:\d\d/.test(text) ? null : termsOf(text),
    numeral: digits ? { digits, base } : null,
  };
}

/** Equality by the exact rules; expressions are handed to `expressionsEqual`. */
export function sameLeaf(a: Leaf, b: Leaf, expressionsEqual: ExpressionsEqual): boolean {
  if (a.key === b.key) return true;
  if (a.time && b.time) return sameTime(a.time, b.time);
  if (a.numeral || b.numeral) return sameNumeral(a, b);
  if (a.terms || b.terms) return sameRatio(a, b);
  if (a.prose !== null && b.prose !== null) return a.prose === b.prose;
  if ((a.percent && b.unit?.known) || (b.percent && a.unit?.known)) return false;
  const factor = conversion(a.unit, b.unit);
  if (!factor) return false;
  if (a.number && b.number) return sameNumber(a, b, factor);
  if (a.prose !== null || b.prose !== null || !equal(factor, { n: 1n, d: 1n })) return false;
  return keyOf(a.value) === keyOf(b.value) || expressionsEqual(a.value, b.value);
}

/** Quantities in different units of one dimension, added; null for anything else. */
export function sumOf(parts: readonly Leaf[]): Leaf | null {
  const total = totalOf(parts);
  return total && { ...parts[0], key: '(sum)', number: total };
}

function totalOf(parts: readonly Pick<Leaf, 'number' | 'unit'>[]): Maybe {
  const [first] = parts;
  const names = new Set(parts.map((part) => part.unit?.words.join(' ')));
  if (parts.length < 2 || names.size < parts.length || !first.unit?.known) return null;
  let total: Maybe = { n: 0n, d: 1n };
  for (const { number, unit } of parts) {
    const factor = unit?.known && conversion(unit, first.unit);
    const part: Maybe = number && factor ? multiply(number, factor) : null;
    total = total && part && add(total, part);
  }
  return total;
}

/** A quantity in several units side by side: "2 hours 15 minutes", "6 ft 2 in", "2h15m"; null for anything else. */
function compoundOf(text: string): Quantity | null {
  if (text.length > 80 || !COMPOUND.test(text)) return null;
  const parts = Array.from(text.matchAll(new RegExp(PART, 'gi')), ([, number, name]) => ({
    number: evaluate(number) ?? spelledNumber(number),
    // 2h 15m are hours and minutes, 2m 35cm are meters.
    unit: unitOf(name === 'm' && /\d ?(?:h|hrs?|hours?) ?\d/.test(text) ? 'minute' : name),
  }));
  const total = totalOf(parts);
  return total && { value: text, number: total, unit: parts[0].unit, percent: false };
}

const PART = String.raw`(\d+(?:\.\d+)?|[a-z]+(?:-[a-z]+)?(?= )) ?([a-z]+)\.?(?: |(?=\d)|$)`;
const COMPOUND = new RegExp(`^(?:${PART}){2,4}$`, 'i');

/** 50 % is 50 where only the sign differs, and it is 0.5. */
function sameNumber(a: Leaf, b: Leaf, factor: Rational): boolean {
  const [x, y] = [a.number && multiply(a.number, factor), b.number];
  if (!x || !y) return false;
  if (equal(x, y)) return true;
  if (a.percent === b.percent) return false;
  const hundredth = divide(a.percent ? x : y, { n: 100n, d: 1n });
  return hundredth !== null && equal(hundredth, a.percent ? y : x);
}

function sameTime(a: NonNullable<Leaf['time']>, b: NonNullable<Leaf['time']>): boolean {
  const ofDay = ({ minutes, half }: typeof a) => (half ? (minutes % 720) + (half === 'p' ? 720 : 0) : minutes);
  if (ofDay(a) === ofDay(b)) return true;
  // 3:30 without a. m. or p. m. leaves the half of the day open.
  const open = a.half === null ? a : b.half === null ? b : null;
  return a.half !== b.half && open !== null && open.minutes < 780 && a.minutes % 720 === b.minutes % 720;
}

function sameNumeral(a: Leaf, b: Leaf): boolean {
  if (a.numeral && b.numeral) return a.numeral.digits === b.numeral.digits && a.numeral.base === b.numeral.base;
  const [numeral, other] = a.numeral ? [a.numeral, b] : [b.numeral, a];
  return numeral?.digits === other.key;
}

/** 2:4 is 1:2 and the fraction 1/2; 6:1 is not the number 6. */
function sameRatio(a: Leaf, b: Leaf): boolean {
  const [x, y] = [a.terms ?? asTerms(b.terms, a.number), b.terms ?? asTerms(a.terms, b.number)];
  if (!x || !y || x.length !== y.length) return false;
  return x.every((_, i) => {
    const [left, right] = [multiply(x[i], y[0]), multiply(y[i], x[0])];
    return left !== null && right !== null && equal(left, right);
  });
}

const asTerms = (other: Leaf['terms'], number: Maybe): Rational[] | null =>
  number && number.d !== 1n && other?.length === 2
    ? [
        { n: number.n, d: 1n },
        { n: number.d, d: 1n },
      ]
    : null;

function timeOf(text: string): Leaf['time'] {
  const found = /^(\d{1,2})(?::([0-5]\d)(?::00)?)? ?(?:([ap])\.? ?m\.?|o'?clock)?$/i.exec(text);
  if (!found || (found[2] === undefined && !/[a-z]/i.test(text)) || Number(found[1]) > 23) return null;
  const half = found[3]?.toLowerCase() as 'a' | 'p' | undefined;
  return { minutes: Number(found[1]) * 60 + Number(found[2] ?? 0), half: half ?? null };
}

function termsOf(text: string): Rational[] | null {
  const parts = text.replace(/(?<=\d) to (?=\d)/g, ':').split(':');
  if (parts.length < 2 || parts.length > 6) return null;
  const terms = parts.map((part) => evaluate(part.trim()));
  return terms.every((t): t is Rational => t !== null && t.n > 0n) ? terms : null;
}

type Quantity = Pick<Leaf, 'value' | 'number' | 'unit' | 'percent'>;

const MULTIPLES = new Map([
  ['dozen', 12n],
  ['hundred', 100n],
  ['thousand', 1000n],
  ['million', 10n ** 6n],
  ['billion', 10n ** 9n],
  ['trillion', 10n ** 12n],
]);
const multipleOf = (word: string | undefined) => MULTIPLES.get(word?.replace(/s$/, '') ?? '');

/** A number or an expression, the sign of a currency or a percent, and words after it. */
function quantityOf(text: string): Quantity {
  const money = /^(-?) ?(\\\$|[$€£¥₹]) ?(-?)/.exec(text);
  let rest = money ? `${money[1]}${money[3]}${text.slice(money[0].length)}` : text;
  const names: string[] = money ? [money[2].replace('\\', '')] : [];
  const after = / ?(\\\$|[€£¥₹])$/.exec(rest);
  if (after) {
    names.push(after[1].replace('\\', ''));
    rest = rest.slice(0, after.index);
  }
  const words: string[] = [];
  for (let cut = trailingWord(rest); cut && !spelledNumber(rest); cut = trailingWord(rest)) {
    rest = cut.rest;
    words.unshift(cut.word);
  }
  let percent = /%$/.test(rest);
  // The degrees of an angle within a function stay: \cos 60°.
  if (percent || (rest.endsWith('°') && !/[a-zA-Z]{3}/.test(rest))) {
    if (!percent) words.unshift('°');
    rest = rest.slice(0, -1).trim();
  }
  const factor = multipleOf(words[0]);
  const scaled = (n: Maybe) => n && multiply(n, { n: factor ?? 1n, d: 1n });
  let number = scaled(evaluate(rest.replace(/(?<=^\d+)(?:st|nd|rd|th)$/, '')) ?? spelledNumber(rest));
  let unit = [...names, ...(factor ? words.slice(1) : words)];
  if (number === null) {
    const sentence = onlyNumber(text);
    if (sentence) {
      number = sentence.number;
      percent = sentence.percent;
      unit = sentence.after;
      rest = sentence.value;
    }
  }
  return { value: rest, number, unit: unit.length > 0 ? unitOf(unit.join(' ')) : null, percent };
}

/** Splits a unit's last word from what it follows: words of two letters and more, or a unit's name after a space. */
function trailingWord(text: string): { rest: string; word: string } | null {
  const space = text.lastIndexOf(' ');
  const tail = /(?:\/ ?)?[a-zA-Z¢][a-zA-Z'-]*\.?(?:\^\{?-?\d\}?)?(?:\/[a-zA-Z]+(?:\^\{?\d\}?)?)?$/.exec(
    text.slice(Math.max(0, text.length - 60)),
  );
  if (!tail) return null;
  const [word] = tail;
  const start = text.length - word.length;
  const before = text.slice(0, start);
  const letters = word.replace(/[^a-zA-Z].*$/, '');
  // 5 squared is not 5, and two thirds are not 2.
  if (CHANGES.test(letters) && /[\d)}]\s*$|^(?:a|[a-z]+-?[a-z]*) $/i.test(before)) return null;
  if (before.endsWith('\\') || FUNCTION.test(letters) || !/\S/.test(before)) return null;
  const spaced = start - 1 === space && space >= 0;
  // 5x is no unit; 10cm and 5 m are.
  if (!spaced && !(/[\d)}%°]$/.test(before) && letters.length > 1 && isUnitName(letters))) return null;
  if (spaced && letters.length === 1 && !isUnitLetter(letters)) return null;
  return { rest: before.trim(), word };
}

const CHANGES =
  /^(?:squared|cubed|factorial|hal(?:f|ves)|(?:third|quarter|fourth|fifth|sixth|seventh|eighth|ninth|tenth)s?)$/i;

/** Words that change what the number beside them says. */
const TURNS =
  /\b(?:not|no|never|less|least|most|than|over|under|below|above|between|minus|negative|plus|half|twice|double|triple|times|or|and|if|dozen|hundred|thousand|million|billion|squared|cubed|root|factorial|halves|thirds?|quarters?|fourths?|fifths?|sixths?|sevenths?|eighths?|ninths?|tenths?|wrong|incorrect|cannot|isn't|january|february|march|april|may|june|july|august|september|october|november|december)\b/i;

/** A short sentence with a single number in it, like "Tom has 5 apples left". */
function onlyNumber(text: string) {
  if (text.length > 120 || TURNS.test(text)) return null;
  const found =
    /^([a-zA-Z',: ]*?) ?(=|\\approx)? ?((?:\\\$|[$€£])?)(-?[\d.,]*\d(?:\/\d+)?|\\frac\{\d+\}\{\d+\})(%?)((?: [a-zA-Z',. ]*)?)$/.exec(
      text,
    );
  if (!found || (found[1] === '' && found[6] === '')) return null;
  const [, , , money, value, percent, after] = found;
  const number = evaluate(value);
  // A single letter is a variable: \frac{1}{2} x is no half.
  if (!number || /(?<![a-zA-Z'])[b-zB-HJ-Z](?![a-zA-Z'])/.test(found[1] + after)) return null;
  return {
    number,
    value,
    percent: percent !== '',
    after: [money.replace('\\', ''), ...after.split(' ')].filter(Boolean),
  };
}

const ONES =
  'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen'.split(
    ' ',
  );
const TENS = 'twenty thirty forty fifty sixty seventy eighty ninety'.split(' ');

const PARTS = ['half', 'third', 'quarter', 'fifth', 'sixth', 'seventh', 'eighth', 'ninth', 'tenth'];

/** "seven", "twenty-five", "two thirds": whole numbers below a hundred, and simple fractions. */
function spelledNumber(text: string): Maybe {
  const [first, second, ...more] = text.toLowerCase().split(/[ -]/);
  if (more.length > 0) return null;
  const whole = ONES.indexOf(first);
  if (second === undefined && whole >= 0) return ratio(BigInt(whole));
  const part = PARTS.indexOf(
    second
      ?.replace(/s$/, '')
      .replace(/^halve$/, 'half')
      .replace(/^fourth$/, 'quarter'),
  );
  if (whole > 0 && part >= 0) return ratio(BigInt(whole), BigInt(part + 2));
  const tens = TENS.indexOf(first);
  if (tens < 0) return null;
  const ones = second === undefined ? 0 : ONES.indexOf(second);
  return second !== undefined && (ones < 1 || ones > 9) ? null : ratio(BigInt(20 + 10 * tens + ones));
}

/** Names for an answer that there is nothing. */
const NOTHING = /^(?:no (?:real )?solutions?|none|\\emptyset|\\\{ ?\\\}|empty set)$/;
const ARTICLES = /^(?:the|a|an|on|at|it is|it's|is) /;

/** Lower-case words; null for mathematics. Single letters are variables and keep their case. */
function proseOf(text: string): string | null {
  const lower = text
    .toLowerCase()
    .replace(/[.!?'"]/g, '')
    .replace(/\s+/g, ' ')
    .trim();
  if (NOTHING.test(lower)) return '(nothing)';
  const words = text.replace(/\\[a-zA-Z]+/g, ' ').match(/[a-zA-ZÀ-ɏ]{2,}/g) ?? [];
  if (/[=<>^_\\]/.test(text) || !words.some((word) => !FUNCTION.test(word.toLowerCase()) && word.length > 2)) {
    if (!/^(?:yes|no)$/i.test(text)) return null;
  }
  return lower.replace(ARTICLES, '');
}
