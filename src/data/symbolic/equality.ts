/**
 * Are two expressions equal? The library parses LaTeX and computes with 50 digits; equality is decided by values: at
 * several points for every variable both sides must agree. Simplification is not relied on: it misses identities
 * (sin² + cos²) and is wrong in places, while two different expressions do not agree at eight points by chance.
 */
import type { BoxedExpression, ComputeEngine } from '@cortex-js/compute-engine';
import type { ExpressionsEqual } from '../maths/leaf';
import { forEngine, type Relation, relationOf, renameVariables } from './latex';

const DIGITS = 50;
/** Relative errors below which values agree: with 50 digits, and for complex numbers, which the library has in doubles. */
const REAL = 1e-30;
const COMPLEX = 1e-10;
const LARGEST = 1e290;

/** Values for the variables in turn, a row a point: of both signs, none a root of anything people write. */
const POINTS: readonly (readonly number[])[] = [
  [1.37, 2.71, 0.83, 3.19, 1.93, 0.59],
  [0.41, 1.13, 2.29, 0.67, 3.53, 1.79],
  [5.23, 0.29, 1.61, 2.87, 0.97, 4.31],
  [-0.73, 1.51, -2.03, 0.89, -1.19, 2.57],
  [2.47, -1.07, 0.53, -3.67, 1.27, -0.79],
  [-1.83, -0.61, -1.43, -2.39, -0.47, -1.09],
  [11.3, 7.91, 9.37, 6.13, 8.69, 10.1],
  [-9.71, 12.7, 6.59, -8.03, 7.37, -11.9],
];
/** Where a factorial of a variable occurs: whole numbers. */
const WHOLE: readonly (readonly number[])[] = [
  [5, 3, 2, 4, 1, 6],
  [7, 4, 6, 2, 3, 5],
  [9, 2, 5, 7, 4, 3],
  [6, 5, 1, 3, 2, 4],
];
/** Where logarithms occur, people mean positive numbers: \ln(ab) = \ln a + \ln b. */
const POSITIVE = POINTS.filter((values) => values.every((value) => value > 0));

const pointsAs = (text: string) =>
  /!|\\binom/.test(text) ? WHOLE : /\b(?:ln|log)/.test(text) && !text.includes('|') ? POSITIVE : POINTS;

/** Points at which both sides must have a value. */
const NEEDED = 3;

/** The judge of expressions for compareAnswers, on an engine of its own. */
export function symbolicEquality(engine: ComputeEngine): ExpressionsEqual {
  engine.precision = DIGITS;
  return (a, b) => {
    const [first, second] = renameVariables(a, b);
    const [left, right] = [relationOf(first), relationOf(second)];
    if (left && right) return sameRelation(engine, left, right);
    return !left && !right && sameExpression(engine, first, second);
  };
}

function sameExpression(engine: ComputeEngine, a: string, b: string): boolean {
  const [x, y] = [parse(engine, a), parse(engine, b)];
  if (!x || !y) return false;
  let agreed = 0;
  const points = pointsFor(engine, [x, y], pointsAs(a + b));
  for (const point of points) {
    const verdict = agree(engine, x.subs(point), y.subs(point));
    if (verdict === false) return false;
    if (verdict) agreed++;
  }
  return agreed >= Math.min(NEEDED, points.length);
}

/** Equations and inequalities: the differences of their sides are a constant multiple of each other (positive for < and ≤). */
function sameRelation(engine: ComputeEngine, a: Relation, b: Relation): boolean {
  if (a.sign !== b.sign) return false;
  const [f, g] = [a, b].map(({ left, right }) => {
    const [l, r] = [parse(engine, left), parse(engine, right)];
    return l && r && engine.box(['Subtract', l, r]);
  });
  if (!f || !g) return false;
  const points = pointsFor(engine, [f, g], POINTS);
  if (points.length === 1) return false;
  const [f0, g0] = [f.subs(points[0]).N(), g.subs(points[0]).N()];
  if (!(f0.re * g0.re > 0) && (a.sign !== '=' || !(f0.re * g0.re < 0))) return false;
  const cross = (of: BoxedExpression, point: Point, by: BoxedExpression) =>
    engine.box(['Multiply', of.subs(point).N(), by]);
  return points.slice(1).every((p) => agree(engine, cross(f, p, g0), cross(g, p, f0)) === true);
}

function parse(engine: ComputeEngine, text: string): BoxedExpression | null {
  const latex = forEngine(text);
  if (latex === null) return null;
  const parsed = engine.parse(latex);
  return parsed.isValid && !/"(?:Error|Tuple|List|Set|Sequence|Nothing)"|'/.test(JSON.stringify(parsed.json))
    ? parsed
    : null;
}

type Point = Record<string, BoxedExpression>;

const CONSTANTS = new Set(['Pi', 'ExponentialE', 'ImaginaryUnit']);

/** Values for all variables of both sides; one empty point where there are none. */
function pointsFor(engine: ComputeEngine, sides: readonly BoxedExpression[], points: typeof POINTS): Point[] {
  const names = [...new Set(sides.flatMap((side) => side.symbols))].filter((name) => !CONSTANTS.has(name)).sort();
  if (names.length === 0) return [{}];
  return points.map((values) =>
    Object.fromEntries(names.map((name, i) => [name, engine.number(values[i % values.length] + Math.floor(i / 6))])),
  );
}

/** Do the values agree? Null where neither side has one; a value on one side only is a difference. */
function agree(engine: ComputeEngine, a: BoxedExpression, b: BoxedExpression): boolean | null {
  const [x, y] = [a.N(), b.N()];
  const [known, other] = [isValue(x), isValue(y)];
  if (!known || !other) return known === other ? null : false;
  const apart = engine.box(['Subtract', x, y]).N();
  if (!isValue(apart)) return false;
  const tolerance = x.im === 0 && y.im === 0 ? REAL : COMPLEX;
  return sizeOf(apart) <= tolerance * Math.max(sizeOf(x), sizeOf(y));
}

/** By the decimal: `re` of the library is 0 below 1e-10, which would make e the same as 2.7182818284. */
const sizeOf = (x: BoxedExpression): number => Math.hypot(x.bignumRe?.toNumber() ?? x.re, x.im);

const isValue = (x: BoxedExpression): boolean => Number.isFinite(x.im) && sizeOf(x) < LARGEST;
