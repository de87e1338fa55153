/**
 * Are two expressions equal? The library reads the LaTeX. What is rational in its variables, π, e, i and square roots of
 * numbers is decided exactly (residue.ts). Anything else is compared by values: at several points for every variable both
 * sides must agree to 62 of 80 digits, and where digits cannot tell (value.ts) they do not agree. Simplification is not
 * relied on: it misses identities (sin² + cos²) and is wrong in places, while two different expressions do not agree at
 * eight points by chance.
 */
import { ComputeEngine } from '@cortex-js/compute-engine';
import type { ExpressionsEqual } from '../maths/leaf';
import { type Expression, expressionOf, variablesOf } from './expression';
import { type Relation, relationOf, renameVariables } from './latex';
import { exactOf, isZero, minus, type Residue, residueOf, sameResidue, times } from './residue';
import { agreeing, type Known, type Point, product, valueAt } from './value';

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
/** For a variable in a factorial, or in the exponent of −1, which is whole. */
const WHOLE: readonly (readonly number[])[] = [
  [5, 3, 2, 4, 1, 6],
  [7, 4, 6, 2, 3, 5],
  [9, 2, 5, 7, 4, 3],
  [6, 5, 1, 3, 2, 4],
  [8, 7, 4, 5, 6, 1],
  [3, 6, 8, 1, 9, 2],
  [10, 1, 3, 6, 5, 7],
  [4, 8, 7, 9, 8, 10],
];
/** Where logarithms occur, people mean positive numbers: \ln(ab) = \ln a + \ln b. */
const POSITIVE = POINTS.map((row) => row.map(Math.abs));

/** Points at which both sides must have a value. */
const NEEDED = 3;
const SEEDS = [1, 2, 3];

/** The judge of expressions for compareAnswers. It remembers nothing. */
export function symbolicEquality(): ExpressionsEqual {
  const engine = new ComputeEngine();
  return (a, b) => {
    const [first, second] = renameVariables(a, b);
    const [left, right] = [relationOf(first), relationOf(second)];
    if (left && right) return sameRelation(engine, left, right);
    if (left || right) return false;
    const [x, y] = [expressionOf(engine, first), expressionOf(engine, second)];
    return x !== null && y !== null && sameExpression(x, y);
  };
}

function sameExpression(a: Expression, b: Expression): boolean {
  const pairs = SEEDS.slice(0, 2).map((seed) => [residueOf(a, seed), residueOf(b, seed)] as const);
  if (pairs.every(bothKnown)) return pairs.every(([x, y]) => sameResidue(x, y));
  const points = pointsFor([a, b]);
  let agreed = 0;
  for (const point of points) {
    const verdict = agree(valueAt(a, point), valueAt(b, point));
    if (verdict === false) return false;
    if (verdict) agreed++;
  }
  return agreed >= Math.min(NEEDED, points.length);
}

/** Equations and inequalities: the differences of their sides are a constant multiple of each other (positive for < and ≤). */
function sameRelation(engine: ComputeEngine, a: Relation, b: Relation): boolean {
  if (a.sign !== b.sign) return false;
  const [f, g] = [a, b].map(({ left, right }): Expression | null => {
    const [l, r] = [expressionOf(engine, left), expressionOf(engine, right)];
    return l && r && { op: 'add', args: [l, { op: 'negate', args: [r] }] };
  });
  if (!f || !g || variablesOf([f]).length === 0 || variablesOf([g]).length === 0) return false;
  const points = pointsFor([f, g]);
  const sided = points.map((point) => [valueAt(f, point), valueAt(g, point)] as const).filter(bothValues);
  const start = sided.find(([x, y]) => !x.re.isZero() && !y.re.isZero());
  if (!start || (a.sign !== '=' && start[0].re.isPositive() !== start[1].re.isPositive())) return false;
  const residues = SEEDS.map((seed) => [residueOf(f, seed), residueOf(g, seed)] as const);
  if (residues.every(bothKnown)) {
    const [[f0, g0], ...others] = residues;
    return !isZero(f0) && !isZero(g0) && others.every(([x, y]) => isZero(minus(times(x, g0), times(y, f0))));
  }
  const rest = sided.filter((pair) => pair !== start);
  return rest.length >= NEEDED && rest.every(([x, y]) => agreeing(product(x, start[1]), product(y, start[0])));
}

const bothKnown = (pair: readonly [Residue | null, Residue | null]): pair is readonly [Residue, Residue] =>
  pair[0] !== null && pair[1] !== null;
const bothValues = (pair: readonly [Known, Known]): pair is readonly [Exclude<Known, string>, Exclude<Known, string>] =>
  typeof pair[0] !== 'string' && typeof pair[1] !== 'string';

/** Values for all variables of both sides; one empty point where there are none. */
function pointsFor(sides: readonly Expression[]): Point[] {
  const names = variablesOf(sides);
  if (names.length === 0) return [new Map()];
  const [whole, isLog] = [new Set<string>(), sides.some(hasLogarithm)];
  for (const side of sides) collectWhole(side, whole);
  const hasAbs = sides.some((side) => has(side, ['abs']));
  return POINTS.map((_, row) => {
    const values = isLog && !hasAbs ? POSITIVE[row] : POINTS[row];
    const at = (name: string, i: number) =>
      (whole.has(name) ? WHOLE[row] : values)[i % values.length] + Math.floor(i / values.length);
    return new Map(names.map((name, i) => [name, at(name, i)]));
  });
}

const has = (e: Expression, ops: readonly string[]): boolean =>
  ops.includes(e.op) || ('args' in e && e.args.some((arg) => has(arg, ops)));
const hasLogarithm = (e: Expression): boolean => has(e, ['ln', 'log']);

/** Variables of factorials, and of exponents over a negative number: (-1)^n. */
function collectWhole(e: Expression, into: Set<string>): void {
  if (!('args' in e)) return;
  const isAlternating = e.op === 'power' && (exactOf(e.args[0])?.n ?? 0n) < 0n;
  const within = e.op === 'factorial' ? e.args : isAlternating ? [e.args[1]] : [];
  for (const name of variablesOf(within)) into.add(name);
  for (const arg of e.args) collectWhole(arg, into);
}

/** Do the values agree? Null where that cannot be told or neither has one; a value on one side only is a difference. */
function agree(a: Known, b: Known): boolean | null {
  if (a === 'unclear' || b === 'unclear' || (a === 'undefined' && b === 'undefined')) return null;
  return typeof a !== 'string' && typeof b !== 'string' && agreeing(a, b);
}
