/** Command-line flags from a table: parsing, help and errors that name the flag and the nearest known one. */
import { parseArgs } from 'node:util';
import { BadInput } from '../data/errors';
import { nearest } from '../data/nearest';
import { INVOKED } from './invoked';

export interface Flag {
  kind: 'text' | 'number' | 'integer' | 'boolean';
  doc: string;
  default?: string | number | boolean;
  min?: number;
  max?: number;
  required?: boolean;
  placeholder?: string;
  /** Its name in earlier versions, which is read. */
  formerly?: string;
}

export type Flags = Record<string, Flag>;

/** The parsed value of each flag; undefined where it was not given and has no default. */
export type Values<F extends Flags> = {
  [K in keyof F]: F[K]['kind'] extends 'boolean'
    ? boolean
    : F[K]['kind'] extends 'text'
      ? string | undefined
      : number | undefined;
};

/** What a command takes besides flags: `RUN…`. */
export interface Words {
  readonly placeholder: string;
  readonly doc: string;
  /** It goes without them too. */
  readonly optional?: true;
}

/** Parses argv: the flags, and the words between them where the command takes some. Throws BadInput for an unknown flag, a missing value or one out of range. */
export function parseFlags<F extends Flags>(
  command: string,
  flags: F,
  given: readonly string[],
  takes: Words | null = null,
): { values: Values<F>; words: string[]; repeated: string[] } {
  const where = `lab ${command}`;
  const argv = given.map((arg) => current(flags, arg));
  for (const arg of argv) {
    const name = /^--([^=]+)/.exec(arg)?.[1];
    if (name === undefined || name in flags) continue;
    const near = nearest(name, Object.keys(flags));
    throw new BadInput(
      `Unknown flag --${name}`,
      where,
      `${near ? `Did you mean --${near}? ` : ''}See: ${INVOKED} ${command} --help`,
    );
  }
  const options = Object.fromEntries(
    Object.entries(flags).map(([name, f]) => [name, { type: f.kind === 'boolean' ? 'boolean' : 'string' } as const]),
  );
  let parsed: Parsed;
  try {
    // Negative numbers as values: parseArgs wants them joined by "=".
    const joined = argv.flatMap((arg, i) =>
      /^-\d/.test(arg) ? [] : /^-\d/.test(argv[i + 1] ?? '') ? [`${arg}=${argv[i + 1]}`] : [arg],
    );
    parsed = parseArgs({ args: joined, options, strict: true, allowPositionals: takes !== null, tokens: true });
  } catch (error) {
    throw new BadInput((error as Error).message.split('. ')[0], where, `See: ${INVOKED} ${command} --help`);
  }
  const result: Record<string, unknown> = {};
  for (const [name, flag] of Object.entries(flags)) result[name] = readValue(where, name, flag, parsed.values[name]);
  if (takes && !takes.optional && parsed.positionals.length === 0)
    throw new BadInput(`${takes.placeholder} is missing`, where, takes.doc);
  if (parsed.positionals.includes('')) throw new BadInput('A word names nothing', where, `${takes?.doc}.`);
  return { values: result as Values<F>, words: parsed.positionals, repeated: repeatedIn(parsed) };
}

interface Parsed {
  readonly values: Record<string, unknown>;
  readonly positionals: string[];
  readonly tokens: readonly { readonly kind: string; readonly name?: string; readonly value?: string }[];
}

/** Which value counts of flags that are given several: the last, as on any command line. */
function repeatedIn({ tokens, values }: Parsed): string[] {
  const others = tokens.filter(
    ({ name, value }) => name !== undefined && value !== undefined && value !== values[name],
  );
  return [
    ...new Set(
      others.map(({ name }) => `--${name} is given several times: the last counts, ${values[name as string]}`),
    ),
  ];
}

/** An argument with today's name of a flag for that of an earlier version. */
function current(flags: Flags, arg: string): string {
  const [, name, value] = /^--([^=]+)(=.*)?$/s.exec(arg) ?? [];
  const flag = Object.keys(flags).find((key) => name !== undefined && flags[key].formerly === name);
  return flag ? `--${flag}${value ?? ''}` : arg;
}

/** Flags for a file or a folder: a name left empty, as by a variable that is not set, would be the current folder's. */
const PLACE = /^(?:DIR|FOLDER|FILE)\b/;

function readValue(where: string, name: string, flag: Flag, given: unknown): unknown {
  if (given === undefined) {
    if (flag.required) throw new BadInput(`--${name} is missing`, where, flag.doc);
    return flag.default ?? (flag.kind === 'boolean' ? false : undefined);
  }
  if ((given === '' || /^[a-z][\w+.-]+:\/\//i.test(String(given))) && PLACE.test(flag.placeholder ?? ''))
    throw new BadInput(
      given === '' ? `--${name} names nothing` : `--${name} names an address, and wants a place on this machine`,
      where,
      `${flag.placeholder}: ${flag.doc}. The current folder is a dot.`,
    );
  if (flag.kind === 'text' || flag.kind === 'boolean') return given;
  const value = Number(given);
  const whole = flag.kind === 'integer';
  if (given === '' || !Number.isFinite(value) || (whole && !Number.isInteger(value))) {
    throw new BadInput(`--${name} must be a ${whole ? 'whole ' : ''}number, got "${given}"`, where, flag.doc);
  }
  if (value < (flag.min ?? Number.NEGATIVE_INFINITY) || value > (flag.max ?? Number.POSITIVE_INFINITY)) {
    throw new BadInput(
      `--${name} must lie between ${flag.min ?? '-∞'} and ${flag.max ?? '∞'}, got ${value}`,
      where,
      flag.doc,
    );
  }
  return value;
}

/** Help text of a flag table. */
export function describeFlags(flags: Flags): string {
  const rows = Object.entries(flags).map(([name, f]) => {
    const value = f.kind === 'boolean' ? '' : ` ${f.placeholder ?? (f.kind === 'text' ? 'TEXT' : 'N')}`;
    const fallback = f.default !== undefined && f.default !== false ? ` [${f.default}]` : '';
    return [`  --${name}${value}`, `${f.doc}${fallback}`];
  });
  const width = Math.min(34, Math.max(...rows.map(([left]) => left.length)) + 2);
  return rows
    .map(([left, right]) =>
      left.length + 2 > width ? `${left}\n${' '.repeat(width)}${right}` : left.padEnd(width) + right,
    )
    .join('\n');
}
