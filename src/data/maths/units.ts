/** Units after a number: which mean the same, and by which exact factor they differ. */
import { divide, type Maybe, multiply, ONE, power, type Rational, ratio } from './rational';

/** Dimension, factor to its base unit as numerator and denominator, names (plurals in -s are found by themselves). */
const TABLE: readonly (readonly [string, bigint, bigint, string])[] = [
  ['length', 1n, 1000n, 'mm millimeter millimetre'],
  ['length', 1n, 100n, 'cm centimeter centimetre'],
  ['length', 1n, 10n, 'dm decimeter decimetre'],
  ['length', 1n, 1n, 'm meter metre'],
  ['length', 1000n, 1n, 'km kilometer kilometre'],
  ['length', 254n, 10_000n, 'in inch inches'],
  ['length', 3048n, 10_000n, 'ft foot feet'],
  ['length', 9144n, 10_000n, 'yd yard'],
  ['length', 1_609_344n, 1000n, 'mi mile'],
  ['mass', 1n, 1000n, 'mg milligram'],
  ['mass', 1n, 1n, 'g gram'],
  ['mass', 1000n, 1n, 'kg kilogram kilo'],
  ['mass', 45_359_237n, 100_000n, 'lb lbs pound'],
  ['mass', 45_359_237n, 1_600_000n, 'oz ounce'],
  ['time', 1n, 1n, 's sec second'],
  ['time', 60n, 1n, 'min minute'],
  ['time', 3600n, 1n, 'h hr hour'],
  ['time', 86_400n, 1n, 'd day'],
  ['time', 604_800n, 1n, 'week'],
  ['months', 1n, 1n, 'month'],
  ['months', 12n, 1n, 'yr year'],
  ['volume', 1n, 1000n, 'ml milliliter millilitre'],
  ['volume', 1n, 1n, 'l liter litre'],
  ['volume', 3_785_411_784n, 1_000_000_000n, 'gal gallon'],
  ['money', 1n, 100n, 'cent ¢'],
  ['money', 1n, 1n, 'dollar usd buck $'],
  ['euro', 1n, 1n, 'euro eur €'],
  ['sterling', 1n, 1n, 'gbp £'],
  ['yen', 1n, 1n, 'yen jpy ¥'],
  ['rupee', 1n, 1n, 'rupee inr ₹'],
  ['angle', 1n, 1n, '° degree'],
  ['radian', 1n, 1n, 'rad radian'],
  ['force', 1n, 1n, 'n newton'],
  ['energy', 1n, 1n, 'j joule'],
  ['energy', 1000n, 1n, 'kj kilojoule'],
  ['power', 1n, 1n, 'w watt'],
  ['charge', 1n, 1n, 'c coulomb'],
  ['current', 1n, 1n, 'ampere amp'],
  ['voltage', 1n, 1n, 'v volt'],
  ['temperature', 1n, 1n, 'k kelvin'],
  ['frequency', 1n, 1n, 'hz hertz'],
  ['pressure', 1n, 1n, 'pa pascal'],
];

const NAMES = new Map(
  TABLE.flatMap(([dimension, n, d, names]) =>
    names.split(' ').map((name, _, [first]) => [name, { first, dimension, factor: ratio(n, d) as Rational }] as const),
  ),
);

/** Names that say no more than that something is counted: they agree with every unit. */
const GENERIC = new Set(['unit', 'total', 'altogether', 'each', 'answer']);
const FILLERS = new Set([
  'of',
  'the',
  'a',
  'an',
  'in',
  'are',
  'is',
  'more',
  'total',
  'altogether',
  'left',
  'and',
  'all',
]);

export interface Unit {
  /** Its words, without fillers and plural endings; of a unit with several names the first, and its exponent. */
  readonly words: readonly string[];
  /** Exponents by dimension and the factor, where every word is in the table. */
  readonly known: { readonly dimensions: string; readonly factor: Rational } | null;
}

const singular = (word: string): string =>
  NAMES.has(word) ? word : word.length > 3 && word.endsWith('s') && !word.endsWith('ss') ? word.slice(0, -1) : word;

/** Letters that are units after a number and a space, as in "10 m". */
export const isUnitLetter = (letter: string): boolean => 'mgshlLdNJWCVAK¢'.includes(letter);

/** Is this a unit's name by itself, as in "10cm"? */
export const isUnitName = (word: string): boolean => NAMES.has(word) || NAMES.has(singular(word.toLowerCase()));

/** A unit from its words: "square cm", "km/h", "dollars per hour", "red apples". */
export function unitOf(text: string): Unit {
  const spelled = text
    .toLowerCase()
    .replace(/\bmph\b/g, 'mile / hour')
    .replace(/\b(?:kph|kmph)\b/g, 'km / hour')
    .replace(/\b(?:square|sq)\b\.?\s*([a-z]+)/g, '$1^2')
    .replace(/\b(?:cubic|cu)\b\.?\s*([a-z]+)/g, '$1^3')
    .replace(/([a-z]+)\s+squared\b/g, '$1^2')
    .replace(/([a-z]+)\s+cubed\b/g, '$1^3')
    .replace(/\bper\b|\ban?\s+(?=hour|day|week|minute)/g, '/')
    .replace(/\^\{?(-?\d)\}?/g, '^$1');
  const parts = spelled.match(/\/|[^\s/.,;:!?()*{}\\]+/g)?.slice(0, 24) ?? [];
  const exponents = new Map<string, number>();
  const names: string[] = [];
  let [factor, known]: [Maybe, boolean] = [ONE, true];
  let sign = 1;
  for (const [i, part] of parts.entries()) {
    if (part === '/') {
      sign = -1;
      continue;
    }
    const [word, exponent = '1'] = part.split('^');
    const name = singular(word);
    // "36 in" are inches, "5 meters in length" and "5 in total" are not.
    const isInch = name === 'in' && names.length === 0 && !GENERIC.has(parts[i + 1]) && parts[i + 1] !== 'all';
    if (FILLERS.has(name) && !isInch) continue;
    const unit = NAMES.get(name);
    const times = sign * (Number.parseInt(exponent, 10) || 1);
    names.push(`${unit?.first ?? name}${Math.abs(times) === 1 ? '' : `^${Math.abs(times)}`}`);
    const scale = unit && power(unit.factor, { n: BigInt(times), d: 1n });
    if (!unit || !scale || !factor) {
      known = false;
      continue;
    }
    factor = multiply(factor, scale);
    exponents.set(unit.dimension, (exponents.get(unit.dimension) ?? 0) + times);
  }
  const dimensions = [...exponents].map(([name, e]) => `${name}^${e}`).sort();
  return {
    words: names,
    known: known && factor && names.length > 0 ? { dimensions: dimensions.join(' '), factor } : null,
  };
}

/**
 * The factor that turns a number in units of `a` into one in units of `b`; null where they do not agree. A unit that one
 * side leaves out agrees with any; words outside the table agree where they share one.
 */
export function conversion(a: Unit | null, b: Unit | null): Maybe {
  if (!a || !b || a.words.length === 0 || b.words.length === 0) return ONE;
  if (a.known && b.known)
    return a.known.dimensions === b.known.dimensions ? divide(a.known.factor, b.known.factor) : genericOr(a, b);
  return a.words.some((word) => b.words.includes(word)) ? ONE : genericOr(a, b);
}

function genericOr(a: Unit, b: Unit): Maybe {
  const generic = (u: Unit) => u.words.every((word) => GENERIC.has(word.replace(/\^.*/, '')));
  return generic(a) || generic(b) ? ONE : null;
}
