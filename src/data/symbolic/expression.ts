/**
 * Expressions as trees of our own: the library's raw reading of LaTeX, with what it leaves open (juxtaposition) decided
 * without regard to anything it has read before. What has no one meaning is null.
 */
import type { ComputeEngine } from '@cortex-js/compute-engine';
import { forEngine } from './latex';

export type Expression =
  /** `text`: a decimal as it was written, a name. */
  | { readonly op: 'number' | 'variable'; readonly text: string }
  | { readonly op: 'pi' | 'e' | 'i' }
  | { readonly op: Operation; readonly args: readonly Expression[] };

/** `root`: of the first to the degree of the second; `log`: of the first to the base of the second. */
export type Operation = 'add' | 'multiply' | 'divide' | 'negate' | 'power' | 'root' | 'log' | (typeof NAMED)[number];

/** Functions of one argument (`max` and `min`: of any number). */
const NAMED = [
  ...(['ln', 'exp', 'abs', 'factorial', 'floor', 'ceil', 'max', 'min'] as const),
  ...(['sin', 'cos', 'tan', 'cot', 'sec', 'csc', 'arcsin', 'arccos', 'arctan', 'sinh', 'cosh', 'tanh'] as const),
];
const isNamed = (name: string): name is (typeof NAMED)[number] => (NAMED as readonly string[]).includes(name);

const CONSTANTS: Record<string, Expression> = {
  ...{ Pi: { op: 'pi' }, e: { op: 'e' }, ExponentialE: { op: 'e' }, i: { op: 'i' }, ImaginaryUnit: { op: 'i' } },
};
const GREEK =
  /^(?:alpha|beta|gamma|delta|epsilon|zeta|eta|theta|iota|kappa|lambda|mu|nu|xi|rho|sigma|tau|upsilon|phi|chi|psi|omega)$/i;
/** f(x) is no product; a(b + c) is one. */
const FUNCTIONS = /^[fgFG]$/;
const MAX_NODES = 2000;

/** A cleaned text as an expression, or null. */
export function expressionOf(engine: ComputeEngine, text: string): Expression | null {
  const latex = forEngine(text);
  if (latex === null) return null;
  let nodes = 0;
  const read = (json: unknown): Expression | null => {
    if (++nodes > MAX_NODES) return null;
    if (typeof json === 'number') return Number.isFinite(json) ? { op: 'number', text: String(json) } : null;
    if (typeof json === 'string') return named(json);
    if (!Array.isArray(json)) {
      const { num } = json as { num?: unknown };
      return typeof num === 'string' && /^[-+\d.e]+$/i.test(num) ? { op: 'number', text: num } : null;
    }
    const [head, ...rest] = json as [unknown, ...unknown[]];
    if (head === 'InvisibleOperator') return juxtaposed(rest);
    if (head === 'Apply') return inverse(rest);
    if (head === 'Delimiter' && rest.length === 1) return read(rest[0]);
    const args: Expression[] = [];
    for (const one of rest) {
      const arg = read(one);
      if (!arg) return null;
      args.push(arg);
    }
    return operation(String(head), args);
  };

  /** Side by side: a mixed number, an argument behind \exp, a product. */
  const juxtaposed = (items: readonly unknown[]): Expression | null => {
    const factors: Expression[] = [];
    for (let i = 0; i < items.length; i++) {
      const [item, next] = [items[i], items[i + 1]];
      if (isHead(next, 'Delimiter') && FUNCTIONS.test(baseOf(item))) return null;
      const mixed = isWhole(item) && isHead(next, 'Divide') && (next as unknown[]).slice(1).every(isWhole);
      // 2 3 is neither 6 nor 23.
      if (isNumber(item) && isNumber(next)) return null;
      const argument = item === 'Exp' && next !== undefined;
      const first = argument ? null : read(item);
      const second = mixed || argument ? read(next) : null;
      if (argument ? !second : !first || (mixed && !second)) return null;
      if (second) i++;
      if (argument) factors.push({ op: 'exp', args: [second as Expression] });
      else factors.push(second ? { op: 'add', args: [first as Expression, second] } : (first as Expression));
    }
    return factors.length === 0 ? null : { op: 'multiply', args: factors };
  };

  /** \sin^{-1} x. */
  const inverse = ([head, argument]: readonly unknown[]): Expression | null => {
    const name = isHead(head, 'InverseFunction') ? `arc${String((head as unknown[])[1]).toLowerCase()}` : '';
    const x = isNamed(name) ? read(argument) : null;
    return x && { op: name as Operation, args: [x] };
  };
  return read(engine.parse(latex, { canonical: false }).json);
}

function named(name: string): Expression | null {
  if (Object.hasOwn(CONSTANTS, name)) return CONSTANTS[name];
  return /^[a-zA-Z]$/.test(name) || GREEK.test(name) ? { op: 'variable', text: name } : null;
}

const TWO: Expression = { op: 'number', text: '2' };
const TEN: Expression = { op: 'number', text: '10' };
const HALF_TURN: Expression = { op: 'number', text: '180' };

function operation(head: string, args: Expression[]): Expression | null {
  const name = head.toLowerCase();
  const [x, y] = args;
  if ((head === 'Add' || head === 'Multiply') && args.length > 0) return { op: name as Operation, args };
  if ((head === 'Max' || head === 'Min') && args.length > 0) return { op: name as Operation, args };
  if (['Divide', 'Power', 'Root'].includes(head) && args.length === 2) return { op: name as Operation, args };
  if (head === 'Log' && x && args.length <= 2) return { op: 'log', args: [x, y ?? TEN] };
  if (args.length !== 1) return null;
  if (head === 'Negate') return { op: 'negate', args };
  if (head === 'Sqrt') return { op: 'root', args: [x, TWO] };
  if (head === 'Lb') return { op: 'log', args: [x, TWO] };
  if (head === 'Degrees') return { op: 'divide', args: [{ op: 'multiply', args: [x, { op: 'pi' }] }, HALF_TURN] };
  return isNamed(name) ? { op: name, args } : null;
}

const isHead = (json: unknown, head: string): boolean => Array.isArray(json) && json[0] === head;
const isNumber = (json: unknown): boolean =>
  typeof json === 'number' || (typeof json === 'object' && json !== null && 'num' in json);
const isWhole = (json: unknown): boolean => typeof json === 'number' && Number.isInteger(json) && json >= 0;
/** The f of f, f^{-1} and f'. */
const baseOf = (json: unknown): string =>
  isHead(json, 'Power') || isHead(json, 'Prime') ? baseOf((json as unknown[])[1]) : String(json);

/** The names of all variables, sorted. */
export function variablesOf(expressions: readonly Expression[]): string[] {
  const names = new Set<string>();
  const walk = (e: Expression) => {
    if (e.op === 'variable') names.add(e.text);
    if ('args' in e) e.args.forEach(walk);
  };
  expressions.forEach(walk);
  return [...names].sort();
}
