/** JSON of strangers' files: measured before it is parsed; and with numbers that stay what they are. */
import { BOUNDS } from './bounds';
import { expectWithin, utf8Text } from './bytes';
import { BadInput } from './errors';
import { excerpt } from './visible';

/**
 * JSON of a file of at most `most` bytes. Throws BadInput for one that is longer, no UTF-8, no JSON, or has too many
 * values or levels: whatever walks through it later would run out of memory or stack.
 */
export function readJson(bytes: Uint8Array, where: string, most: number = BOUNDS.json): unknown {
  return jsonOf(fileText(bytes, where, most), where, ...OF_FILES);
}

/** The same of a file that a person wrote. Throws BadInput also for a name that stands twice in an object. */
export function readWrittenJson(bytes: Uint8Array, where: string): unknown {
  return writtenJsonOf(fileText(bytes, where, BOUNDS.json), where, ...OF_FILES);
}

const OF_FILES = ['The file is', 'Write or download it again.'] as const;

function fileText(bytes: Uint8Array, where: string, most: number): string {
  expectWithin(bytes.length, most, 'The file', where);
  return utf8Text(bytes, where);
}

/** JSON of a text that is in memory. Throws BadInput as readJson does; `what` is no JSON. */
export function jsonOf(text: string, where: string, what: string, mend: string): unknown {
  measureJson(text, where);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new BadInput(`${what} no JSON: ${(error as Error).message}`, where, mend);
  }
}

/** The same of what a person wrote: of a name that stands twice in an object JSON.parse takes the last, in silence; here BadInput. */
export function writtenJsonOf(text: string, where: string, what: string, mend: string): unknown {
  const value = jsonOf(text, where, what, mend);
  eachName(text, (name, before) => {
    if (before.has(name))
      throw new BadInput(`${excerpt(name)} stands twice in one object`, where, 'Keep one of the two.');
  });
  return value;
}

/** The value of a JSON text that is an object or a list; undefined for anything else, and for one too deep or too large. */
export function jsonObject(text: string | null): unknown {
  try {
    measureJson(text ?? '', '');
    const value: unknown = JSON.parse(text ?? '');
    return typeof value === 'object' ? value : undefined;
  } catch {
    return undefined;
  }
}

/** A value; of a text, the object or list that its JSON says: datasets have either. */
export const writtenValue = (written: unknown): unknown =>
  typeof written === 'string' ? jsonObject(written) : written;

/**
 * How many values a JSON text has, about, whether it is right or not. Throws BadInput where there are more than
 * BOUNDS.values, each of which takes far more memory than text, and where they lie deeper than BOUNDS.depth.
 */
export function measureJson(json: string, where: string): number {
  let [depth, values] = [0, 1];
  for (let at = 0; at < json.length; at++) {
    const code = json.charCodeAt(at);
    if (code === 0x22) at = endOfText(json, at);
    else if (code === 0x2c) values++;
    else if (code === 0x5d || code === 0x7d) depth--;
    else if (code === 0x5b || code === 0x7b) {
      values++;
      if (++depth > BOUNDS.depth)
        throw new BadInput(
          `The JSON is nested more than ${BOUNDS.depth} deep`,
          where,
          'Write what it says with fewer lists and objects inside each other.',
        );
    }
  }
  if (values > BOUNDS.values)
    throw new BadInput(
      `The JSON has ${values} values, more than the ${BOUNDS.values} that are read`,
      where,
      'Split it.',
    );
  return values;
}

/** Where the text in a JSON text ends that begins at `start`: at its closing quotation mark, or at the end of all. */
export function endOfText(json: string, start: number): number {
  for (let from = start + 1; ; ) {
    const quote = json.indexOf('"', from);
    if (quote < 0) return json.length;
    let before = quote;
    while (before > from && json[before - 1] === '\\') before--;
    if ((quote - before) % 2 === 0) return quote;
    from = quote + 1;
  }
}

/**
 * Calls `seen` with every name in a JSON text, in quotation marks and as it is meant, and with those that stand before it in the same
 * object. `json` need not be right.
 */
export function eachName(json: string, seen: (name: string, before: ReadonlySet<string>) => void): void {
  const inside: (Set<string> | null)[] = []; // the names of the objects around here; null for lists
  let before = '';
  for (let at = 0; at < json.length; at++) {
    const character = json[at];
    if (character === '"') {
      const end = endOfText(json, at);
      const names = inside.at(-1);
      if (names && (before === '{' || before === ',')) {
        const written = json.slice(at, end + 1);
        const name = written.includes('\\') ? unescaped(written) : written;
        seen(name, names);
        names.add(name);
      }
      at = end;
    } else if (character === '{') inside.push(new Set());
    else if (character === '[') inside.push(null);
    else if (character === '}' || character === ']') inside.pop();
    if (character > ' ') before = character;
  }
}

/** A name as it is meant, in the same quotation marks; as it is where it is no JSON. */
function unescaped(name: string): string {
  try {
    return `"${JSON.parse(name)}"`;
  } catch {
    return name;
  }
}

/** A value of a file as JSON has it: integers of 64 bits and times, as parquet has them, are numbers or texts. */
export function plainJson(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return typeof value === 'bigint' ? plainInteger(value) : value;
  return JSON.parse(JSON.stringify(value, (_, inner) => (typeof inner === 'bigint' ? plainInteger(inner) : inner)));
}

const plainInteger = (value: bigint): number | string =>
  Number.isSafeInteger(Number(value)) ? Number(value) : String(value);

/** A text as Python's json writes it, as JSON: NaN and the infinities, which JSON does not have, are null. */
export function fromPython(json: string): string {
  const parts: string[] = [];
  let done = 0;
  const next = /"|-?(?:NaN|Infinity)/g;
  for (let found = next.exec(json); found; found = next.exec(json)) {
    if (found[0] === '"') next.lastIndex = endOfText(json, found.index) + 1;
    else {
      parts.push(json.slice(done, found.index), 'null');
      done = next.lastIndex;
    }
  }
  return parts.join('') + json.slice(done);
}

/** Whether a text may hold a number that a double would change, at all. */
const SUSPECT = /[\d.]{16}|\d[eE][-+]?\d/;
const NEXT = /["\d-]/g;
const NUMBER = /-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?|-/y;

/** As JSON.parse, but a number that a double would change is given as it is written, as a text. Throws SyntaxError. */
export function parseJson(text: string): unknown {
  if (!SUSPECT.test(text)) return JSON.parse(text);
  const parts: string[] = [];
  let done = 0;
  NEXT.lastIndex = 0;
  for (let found = NEXT.exec(text); found; found = NEXT.exec(text)) {
    if (found[0] === '"') {
      NEXT.lastIndex = endOfText(text, found.index) + 1;
      continue;
    }
    NUMBER.lastIndex = found.index;
    const [token] = NUMBER.exec(text) as RegExpExecArray;
    NEXT.lastIndex = found.index + token.length;
    if (token === '-' || isKept(token)) continue;
    parts.push(text.slice(done, found.index), `"${token}"`);
    done = NEXT.lastIndex;
  }
  return JSON.parse(parts.join('') + text.slice(done));
}

/** Up to 15 digits come out of a double as they went in; longer ones where the double is written so. */
function isKept(token: string): boolean {
  const value = Number(token);
  const digits = token
    .replace(/[eE].*/, '')
    .replace(/\D/g, '')
    .replace(/^0+/, '');
  return String(value) === token || (digits.length <= 15 && Number.isFinite(value) && (value !== 0 || digits === ''));
}
