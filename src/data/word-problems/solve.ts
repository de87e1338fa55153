/** From a template's steps to numbers and sentences, also with one step done wrong. */
import { type Operation, plain, type Step } from './template';

/** A step with everything worked out. */
export interface Line {
  readonly step: Step;
  readonly operation: Operation;
  readonly operands: readonly number[];
  /** The computation as text: "3 * 4". */
  readonly expression: string;
  readonly value: number;
  /** The value as text, without its unit: "12", "4.50", "2/3". */
  readonly text: string;
}

/** One step done wrong: with another operation, or with another result. */
export type Slip =
  | { readonly step: number; readonly operation: Operation; readonly operands: (of: readonly number[]) => number[] }
  | { readonly step: number; readonly value: number };

/** All steps in order; a slip's wrong result is carried on into the later ones. */
export function workOut(steps: readonly Step[], slip?: Slip): Line[] {
  const lines: Line[] = [];
  steps.forEach((step, i) => {
    const slips = slip?.step === i ? slip : null;
    const meant = step.operands.map((o) => (typeof o === 'number' ? o : lines[o.step].value));
    const [operation, operands] =
      slips && 'operation' in slips ? [slips.operation, slips.operands(meant)] : [step.operation, meant];
    const value = slips && 'value' in slips ? slips.value : compute(operation, operands);
    const text = operation === 'fraction' ? lowestTerms(operands[0], operands[1]) : plain(value);
    lines.push({ step, operation, operands, expression: expression(operation, operands), value, text });
  });
  return lines;
}

/** The answer that a list of lines comes to, as text. */
export const answerOf = (lines: readonly Line[]): string => lines[lines.length - 1].text;

/** "The pears cost 3 * 4 = $12." */
export function sentence(line: Line): string {
  return `${line.step.say} ${equation(line)}.`;
}

/** "3 * 4 = $12", "12 * 2 = 24 eggs", "47 / 6 rounded down = 7"; only "2/3" where a fraction is in lowest terms already. */
export function equation({ expression, text, step: { unit } }: Line): string {
  return expression === text ? text : `${expression} = ${withUnit(text, unit)}`;
}

/** A result with what it counts. */
export function withUnit(text: string, unit: string): string {
  if (unit === '$') return `$${text}`;
  return unit === '' ? text : `${text} ${unit}`;
}

/** True for a result that a person would write down: not negative; dollars in quarters, fractions up to 1, all else whole. */
export function isPlausible({ value, operation, step: { unit } }: Line): boolean {
  if (operation === 'fraction') return value > 0 && value <= 1;
  return Number.isFinite(value) && value >= 0 && Number.isInteger(unit === '$' ? value * 4 : value);
}

function compute(operation: Operation, operands: readonly number[]): number {
  const [a, b] = operands;
  switch (operation) {
    case '+':
      return operands.reduce((sum, x) => sum + x, 0);
    case '-':
      return operands.slice(1).reduce((rest, x) => rest - x, a);
    case '*':
      return operands.reduce((product, x) => product * x, 1);
    case '/':
    case 'fraction':
      return a / b;
    case '%':
      return (a * b) / 100;
    case 'down':
      return Math.floor(a / b);
    case 'up':
      return Math.ceil(a / b);
  }
  return operation satisfies never;
}

function expression(operation: Operation, operands: readonly number[]): string {
  const [a, b] = operands.map(plain);
  switch (operation) {
    case '%':
      return `${a}% of ${b}`;
    case 'down':
      return `${a} / ${b} rounded down`;
    case 'up':
      return `${a} / ${b} rounded up`;
    case 'fraction':
      return `${a}/${b}`;
    case '+':
    case '-':
    case '*':
    case '/':
      return operands.map(plain).join(` ${operation} `);
  }
  return operation satisfies never;
}

/** The fraction a/b of whole numbers in lowest terms. */
function lowestTerms(a: number, b: number): string {
  const divisor = greatestCommonDivisor(a, b);
  return `${a / divisor}/${b / divisor}`;
}

export function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
