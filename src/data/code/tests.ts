/**
 * Tests as code datasets write them, as values or as the JSON of these: asserts; inputs and outputs in pairs (LiveCodeBench,
 * Dolci) or in two lists (APPS, TACO, verl); with a function's name beside them its arguments and its value.
 */
import { jsonObject } from '../json';
import { isRecord, isText } from '../records';
import type { CodeTests, InputOutput } from './types';

/** An input and an output as they are written. */
interface Written {
  readonly input: unknown;
  readonly output: unknown;
  /** Of a function: values, where pairs of texts hold their JSON. */
  readonly isValue: boolean;
}

/** Null for anything else. `entry`: the function's name, where it is told elsewhere. */
export function testsIn(written: unknown, entry: string | null): CodeTests | null {
  const value = isText(written) && /^\s*[[{]/.test(written) ? jsonObject(written) : written;
  const pairs = inLists(value) ?? inPairs(value);
  if (pairs) {
    const name = entry ?? nameIn(value);
    return name === null
      ? { form: 'output', tests: pairs.map(({ input, output }) => ({ input: lines(input), output: lines(output) })) }
      : { form: 'calls', tests: callsOf(pairs), entry: name };
  }
  const asserts = Array.isArray(value) && value.length > 0 && value.every((x) => isText(x) && /\bassert\b/.test(x));
  return asserts ? { form: 'asserts', tests: value as string[] } : null;
}

function inLists(value: unknown): Written[] | null {
  if (!isRecord(value) || !Array.isArray(value.inputs) || !Array.isArray(value.outputs)) return null;
  const { inputs, outputs } = value;
  if (inputs.length === 0 || inputs.length !== outputs.length) return null;
  return inputs.map((input: unknown, i) => ({ input, output: outputs[i], isValue: true }));
}

function inPairs(value: unknown): Written[] | null {
  if (!Array.isArray(value) || value.length === 0) return null;
  if (!value.every((x) => isRecord(x) && 'input' in x && 'output' in x)) return null;
  return value.map(({ input, output }) => ({ input, output, isValue: !isText(input) || !isText(output) }));
}

/** What programs read and write: a text, or its lines. */
const lines = (value: unknown): string =>
  isText(value) ? value : Array.isArray(value) ? value.map(lines).join('\n') : JSON.stringify(value);

function nameIn(value: unknown): string | null {
  const at = Array.isArray(value) ? value[0] : value;
  const name: unknown = isRecord(at) ? (at.fn_name ?? at.func_name) : null;
  return isText(name) && name !== '' ? name : null;
}

/** Arguments as JSON, one a line. APPS puts most values into a list of their own; where all are, they are taken out. */
function callsOf(pairs: readonly Written[]): InputOutput[] {
  const isWrapped = pairs.every(({ output, isValue }) => isValue && Array.isArray(output) && output.length === 1);
  return pairs.map(({ input, output, isValue }) => {
    if (!isValue) return { input: input as string, output: output as string };
    const args: readonly unknown[] = Array.isArray(input) ? input : [input];
    const value: unknown = isWrapped ? (output as unknown[])[0] : output;
    return { input: args.map((arg) => JSON.stringify(arg)).join('\n'), output: JSON.stringify(value) };
  });
}
