/**
 * Pairs of answers made by machine: a value in two written forms, and beside each an answer that is near to it or far from
 * it and differs. Whether they are equal follows from how they are made; no verifier is asked.
 */
import { Random } from '../../src/data/random';
import type { Pair } from './maths-pairs';

type Maker = (r: Random) => { value: string; forms: string[]; others: string[] };

const pick = (r: Random, low: number, high: number) => low + r.below(high - low + 1);
const nonzero = (r: Random, most: number) => pick(r, 1, most) * (r.below(2) === 0 ? 1 : -1);
const gcd = (a: number, b: number): number => (b === 0 ? Math.abs(a) : gcd(b, a % b));
const signed = (n: number) => (n < 0 ? `-${-n}` : `+${n}`);
const term = (n: number, x: string) => (n === 1 ? `+${x}` : n === -1 ? `-${x}` : `${signed(n)}${x}`);
const tidy = (text: string) => text.replace(/^\+/, '');
const frac = (n: number, d: number) => (n < 0 ? `-\\frac{${-n}}{${d}}` : `\\frac{${n}}{${d}}`);

/** A fraction p/q in lowest terms, q > 1. */
function fraction(r: Random): [number, number] {
  for (;;) {
    const [p, q] = [nonzero(r, 60), pick(r, 2, 40)];
    if (gcd(p, q) === 1) return [p, q];
  }
}

export const MAKERS: Record<string, Maker> = {
  fractions(r) {
    const [p, q] = fraction(r);
    const k = pick(r, 2, 9);
    const c = pick(r, 1, 9);
    return {
      value: frac(p, q),
      forms: [
        `${p}/${q}`,
        frac(p * k, q * k),
        `\\dfrac{${p}}{${q}}`,
        `${frac(p - c * q, q)}+${c}`,
        `x = ${frac(p, q)}`,
      ],
      others: [
        frac(p + 1, q),
        frac(p, q + 1),
        frac(-p, q),
        `${frac(p, q)}+10^{-${pick(r, 3, 700)}}`,
        `${p}`,
        frac(q, p),
      ],
    };
  },
  decimals(r) {
    const places = pick(r, 1, 4);
    const n = pick(r, 1, 99_999);
    const text = (x: number) => (x / 10 ** places).toFixed(places);
    return {
      value: text(n),
      forms: [`${text(n)}0`, `\\frac{${n}}{${10 ** places}}`, `${n}\\times 10^{-${places}}`, `\\$${text(n)}`],
      others: [
        text(n + 1),
        `${text(n)}1`,
        `-${text(n)}`,
        `${n}\\times 10^{-${places + 1}}`,
        `${text(n)}000000000000000001`,
      ],
    };
  },
  'whole numbers beyond doubles'(r) {
    const [a, n] = [pick(r, 2, 9), pick(r, 300, 2400)];
    return {
      value: `${a}^{${n}}`,
      forms: [`${a}\\cdot ${a}^{${n - 1}}`, `\\frac{${a}^{${n + 3}}}{${a ** 3}}`, `\\frac{1}{${a}^{-${n}}}`],
      others: [
        `${a}^{${n + 1}}`,
        `${a}^{${n}}+1`,
        `${a + 1}^{${n}}`,
        `-${a}^{${n}}`,
        `${a}^{-${n}}`,
        `${a}^{${n}}-10^{-${n}}`,
      ],
    };
  },
  'factorials and their quotients'(r) {
    const n = pick(r, 201, 1900);
    return {
      value: `\\frac{1}{${n}!}`,
      forms: [`\\frac{${n + 1}}{${n + 1}!}`, `\\frac{1}{${n}\\cdot ${n - 1}!}`],
      others: [`\\frac{1}{${n + 1}!}`, `\\frac{1}{${n - 1}!}`, '0', `-\\frac{1}{${n}!}`, `\\frac{1}{${n}!+1}`],
    };
  },
  'powers of fractions'(r) {
    const [a, b, n] = [pick(r, 1, 5), pick(r, 6, 11), pick(r, 400, 2000)];
    return {
      value: `1-\\left(\\frac{${a}}{${b}}\\right)^{${n}}`,
      forms: [`1-\\frac{${a}^{${n}}}{${b}^{${n}}}`, `\\frac{${b}^{${n}}-${a}^{${n}}}{${b}^{${n}}}`],
      others: ['1', `1-\\left(\\frac{${a}}{${b}}\\right)^{${n + 1}}`, `1+\\left(\\frac{${a}}{${b}}\\right)^{${n}}`],
    };
  },
  surds(r) {
    const [a, b] = [pick(r, 2, 12), [2, 3, 5, 6, 7, 10, 11, 13][r.below(8)]];
    return {
      value: `${a}\\sqrt{${b}}`,
      forms: [`\\sqrt{${a * a * b}}`, `\\frac{${a * b}}{\\sqrt{${b}}}`, `${a + 1}\\sqrt{${b}}-\\sqrt{${b}}`],
      others: [
        `\\sqrt{${a * a * b + 1}}`,
        `${a}\\sqrt{${b + 1}}`,
        `-${a}\\sqrt{${b}}`,
        (a * Math.sqrt(b)).toFixed(12),
        `${a * b}`,
      ],
    };
  },
  'rational denominators'(r) {
    const b = [2, 3, 5, 7, 11][r.below(5)];
    const a = pick(r, 4, 12);
    return {
      value: `\\frac{1}{${a}-\\sqrt{${b}}}`,
      forms: [`\\frac{${a}+\\sqrt{${b}}}{${a * a - b}}`],
      others: [
        `\\frac{${a}-\\sqrt{${b}}}{${a * a - b}}`,
        `\\frac{${a}+\\sqrt{${b}}}{${a * a + b}}`,
        `\\frac{1}{${a}+\\sqrt{${b}}}`,
      ],
    };
  },
  'complex quotients'(r) {
    const [a, b, c, d] = [nonzero(r, 9), nonzero(r, 9), nonzero(r, 9), nonzero(r, 9)];
    const norm = c * c + d * d;
    const [re, im] = [a * c + b * d, b * c - a * d];
    const by = `${norm}`;
    return {
      value: `\\frac{${a}${term(b, 'i')}}{${c}${term(d, 'i')}}`,
      forms: [
        `\\frac{${re}}{${by}}+(\\frac{${im}}{${by}})i`,
        `\\frac{${re}${term(im || 0, 'i').replace('+0i', '')}}{${by}}`,
      ],
      others: [`\\frac{${re}}{${by}}+\\frac{${im + 1}}{${by}}i`, `\\frac{${re + 1}}{${by}}+(\\frac{${im}}{${by}})i`],
    };
  },
  'products and sums'(r) {
    const [a, b, c, d] = [nonzero(r, 6), nonzero(r, 9), nonzero(r, 6), nonzero(r, 9)];
    const expanded = (q: number, l: number, k: number) =>
      tidy(`${term(q, 'x^2')}${l === 0 ? '' : term(l, 'x')}${signed(k)}`);
    const [q, l, k] = [a * c, a * d + b * c, b * d];
    return {
      value: expanded(q, l, k),
      forms: [
        `(${tidy(term(a, 'x'))}${signed(b)})(${tidy(term(c, 'x'))}${signed(d)})`,
        `${k}${l === 0 ? '' : term(l, 'x')}${term(q, 'x^2')}`,
      ],
      others: [
        expanded(q, l, k + 1),
        expanded(q, l + 1, k),
        expanded(q + 1 || 2, l, k),
        `${expanded(q, l, k)}+10^{-${pick(r, 3, 80)}}`,
      ],
    };
  },
  lines(r) {
    const [a, c] = [nonzero(r, 9), nonzero(r, 20)];
    const b = [3, 7, 9, 11, 13][r.below(5)];
    return {
      value: `${tidy(term(a, 'x'))}${signed(b)}y=${c}`,
      forms: [
        `y=${frac(-a, b)}x${c < 0 ? '' : '+'}${frac(c, b)}`,
        `${tidy(term(2 * a, 'x'))}${signed(2 * b)}y=${2 * c}`,
        `y=\\frac{${c}${term(-a, 'x')}}{${b}}`,
      ],
      others: [
        `y=${frac(-a, b)}x${c + 1 < 0 ? '' : '+'}${frac(c + 1, b)}`,
        `y=${frac(a, b)}x${c < 0 ? '' : '+'}${frac(c, b)}`,
        `${tidy(term(a, 'x'))}${signed(b + 1)}y=${c}`,
      ],
    };
  },
  quantities(r) {
    const [h, m] = [pick(r, 1, 9), pick(r, 1, 59)];
    const all = 60 * h + m;
    const s = (n: number) => (n === 1 ? '' : 's');
    return {
      value: `${all} minutes`,
      forms: [
        `${h} hour${s(h)} ${m} minute${s(m)}`,
        `${h} hours and ${m} minutes`,
        `${h} hr ${m} min`,
        `${60 * all} seconds`,
        `${h}h ${m}min`,
      ],
      others: [
        `${h} hours ${m + 1} minutes`,
        `${h + 1} hours ${m} minutes`,
        `${h}.${m} hours`.replace(/\.(\d) /, '.0$1 '),
        `${all} seconds`,
        `${all + 1} minutes`,
      ],
    };
  },
  intervals(r) {
    const a = pick(r, -20, 20);
    const b = a + pick(r, 1, 15);
    return {
      value: `[${a}, ${b})`,
      forms: [`${a} \\le x < ${b}`, `x \\in [${a},${b})`, `${b} > x \\ge ${a}`],
      others: [
        `(${a}, ${b})`,
        `[${a}, ${b}]`,
        `[${a}, ${b + 1})`,
        `${a} < x \\le ${b}`,
        `[${a}, +\\infty)`,
        `(${a}, ${b}]`,
      ],
    };
  },
  sets(r) {
    const items = r.shuffle(Array.from({ length: 24 }, (_, i) => i - 6)).slice(0, pick(r, 3, 5));
    const join = (list: readonly number[]) => list.join(', ');
    return {
      value: `\\{${join(items)}\\}`,
      forms: [`\\{${join([...items].reverse())}\\}`, join([...items].sort((x, y) => x - y)), `x = ${join(items)}`],
      others: [
        `\\{${join(items.slice(1))}\\}`,
        `\\{${join([...items.slice(1), 99])}\\}`,
        `\\{${join([...items, 99])}\\}`,
      ],
    };
  },
  logarithms(r) {
    const [a, b] = [pick(r, 2, 30), pick(r, 2, 30)];
    return {
      value: `\\ln ${a * b}`,
      forms: [`\\ln ${a}+\\ln ${b}`, `\\frac{\\ln ${(a * b) ** 2}}{2}`, `-\\ln \\frac{1}{${a * b}}`],
      others: [
        `\\ln ${a}-\\ln ${b + 1}`,
        `\\ln ${a * b + 1}`,
        `\\log ${a * b}`,
        `${Math.log(a * b).toFixed(14)}`,
        `\\ln ${a * b}+10^{-${pick(r, 20, 300)}}`,
      ],
    };
  },
  'angles and series'(r) {
    const [k, n] = [pick(r, 2, 7), pick(r, 2, 6)];
    return {
      value: `\\sin(${k}x)\\cos(${n}x)`,
      forms: [`\\frac{\\sin(${k + n}x)+\\sin(${k - n}x)}{2}`, `\\cos(${n}x)\\sin(${k}x)`],
      others: [
        `\\frac{\\sin(${k + n}x)-\\sin(${k - n || 1}x)}{2}`,
        `\\sin(${n}x)\\cos(${k + 1}x)`,
        `-\\sin(${k}x)\\cos(${n}x)`,
      ],
    };
  },
  'alternating terms'(r) {
    const [a, k] = [pick(r, 2, 9), pick(r, 1, 4)];
    return {
      value: `(-1)^n ${a}^n`,
      forms: [`(-${a})^n`, `(-1)^{n+${2 * k}} ${a}^n`, `-(-1)^{n+1} ${a}^n`],
      others: [`${a}^n`, `(-1)^{n+1} ${a}^n`, `-${a}^n`, `(-${a})^{n+${k}}`, `(-1)^n ${a + 1}^n`],
    };
  },
};

/** `rounds` values of each kind: all their forms, and all the others. */
export function madePairs(kind: string, rounds: number, seed: number): Pair[] {
  const pairs = Array.from({ length: rounds }, (_, i) => {
    const r = new Random(STREAM, seed, Object.keys(MAKERS).indexOf(kind), i);
    const { value, forms, others } = MAKERS[kind](r);
    return [
      ...forms.map((form): Pair => [form, value, true]),
      ...others.filter((other) => other !== value).map((other): Pair => [other, value, false]),
    ];
  }).flat();
  return [...new Map(pairs.map((pair) => [pair.join(' | '), pair])).values()];
}

const STREAM = 100; // of tests: none of the product's
