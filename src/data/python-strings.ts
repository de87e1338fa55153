/**
 * Python's methods of strings for chat templates. `@huggingface/jinja` 0.5 has some of them, and these otherwise than Python:
 * strip, lstrip and rstrip leave out their argument (as swift-jinja did: huggingface/swift-jinja#64), and what JavaScript
 * calls white space is not Python's (U+FEFF is none, U+001C to U+001F and U+0085 are); capitalize keeps the other capitals;
 * several are missing, and none has a bound. Calls of these methods are turned into calls of a function of ours.
 * test/data/snippets.test.ts tells when the library does it itself.
 */

import { BOUNDS } from './bounds';

/** What an element of a list counts, in characters. */
export const PER_ELEMENT = 128;

/** The name under which templates find `stringMethod`: none of theirs. */
export const STRING_METHOD = '__python_string_method';

/** What of the library's syntax tree matters here. */
interface Node {
  type: string;
  [key: string]: unknown;
}

/** Python's white space: U+001C to U+001F and U+0085 are, U+FEFF is not. */
const isSpace = (c: string): boolean =>
  (/\s/u.test(c) && c !== '\ufeff') || (c >= '\u001c' && c <= '\u001f') || c === '\u0085';
/** Python's ends of lines. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: three of them are control characters
const LINE_END = /\r\n|[\n\r\v\f\u001c-\u001e\u0085\u2028\u2029]/;

/** `text` without the characters of `chars` (white space where absent) at its left, right or both ends. */
function strip(text: string, chars: unknown, left: boolean, right: boolean): string {
  if (typeof chars !== 'string' && chars !== undefined && chars !== null)
    throw new Error('strip arg must be None or str');
  const goes = typeof chars === 'string' ? (c: string) => chars.includes(c) : isSpace;
  const all = Array.from(text);
  let [from, to] = [0, all.length];
  while (left && from < to && goes(all[from])) from++;
  while (right && from < to && goes(all[to - 1])) to--;
  return all.slice(from, to).join('');
}

/** Words between white space; with `most` splits, from the right where `fromRight`. */
function words(text: string, most: number, fromRight: boolean): string[] {
  const all = Array.from(fromRight ? text.split('').reverse().join('') : text);
  const out: string[] = [];
  let at = 0;
  for (;;) {
    while (at < all.length && isSpace(all[at])) at++;
    if (at >= all.length) break;
    const from = at;
    const isRest = out.length === most;
    while (at < all.length && (isRest || !isSpace(all[at]))) at++;
    out.push(all.slice(from, at).join(''));
  }
  return fromRight ? out.map((word) => word.split('').reverse().join('')).reverse() : out;
}

function split(text: string, separator: unknown, most: number, fromRight: boolean): string[] {
  const limit = most < 0 ? Number.POSITIVE_INFINITY : most;
  if (separator === undefined || separator === null) return words(text, limit, fromRight);
  if (typeof separator !== 'string') throw new Error('must be str or None');
  if (separator === '') throw new Error('empty separator');
  const parts = text.split(separator);
  const over = parts.length - 1 - limit;
  if (over <= 0) return parts;
  return fromRight
    ? [parts.slice(0, over + 1).join(separator), ...parts.slice(over + 1)]
    : [...parts.slice(0, limit), parts.slice(limit).join(separator)];
}

/** Parts of a text before, at and behind a separator. */
function partition(text: string, separator: string, at: number): string[] {
  return [text.slice(0, at), separator, text.slice(at + separator.length)];
}

/** Parts with a separator between them. Throws where they are too long together. */
export function joined(parts: readonly string[], separator: string): string {
  const length = parts.reduce((sum, part) => sum + part.length, separator.length * Math.max(0, parts.length - 1));
  if (length > BOUNDS.templateValue) throw new Error(`a text of ${length} characters is too long`);
  return parts.join(separator);
}

/** The first `most` occurrences of `old`, all where negative; that of nothing stands around every character. */
function replaced(text: string, old: string, put: string, most: number): string {
  const parts = old === '' ? ['', ...Array.from(text), ''] : text.split(old);
  const cut = most < 0 ? parts.length - 1 : Math.min(most, parts.length - 1);
  return joined([...parts.slice(0, cut), parts.slice(cut).join(old)], put);
}

/** Whether a text is at an end: one, or one of a tuple. */
function isAt(given: unknown, at: (part: string) => boolean): boolean {
  const parts = (Array.isArray(given) ? given : [given]).map(plain);
  if (!parts.every((part) => typeof part === 'string')) throw new Error('first arg must be str or a tuple of str');
  return parts.some(at);
}

type Method = (text: string, args: readonly unknown[], named: ReadonlyMap<string, unknown>) => unknown;

const number = (value: unknown, otherwise: number): number => (typeof value === 'number' ? value : otherwise);
const plain = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && 'value' in value ? value.value : value;
const every = (text: string, pattern: RegExp): boolean => text !== '' && pattern.test(text);

const METHODS: Record<string, Method> = {
  strip: (text, [chars]) => strip(text, chars, true, true),
  lstrip: (text, [chars]) => strip(text, chars, true, false),
  rstrip: (text, [chars]) => strip(text, chars, false, true),
  split: (text, [sep, most], named) =>
    split(text, sep ?? plain(named.get('sep')), number(most ?? plain(named.get('maxsplit')), -1), false),
  rsplit: (text, [sep, most], named) =>
    split(text, sep ?? plain(named.get('sep')), number(most ?? plain(named.get('maxsplit')), -1), true),
  splitlines: (text) => {
    const lines = text.split(LINE_END);
    return lines.at(-1) === '' ? lines.slice(0, -1) : lines;
  },
  partition: (text, [sep]) => {
    const at = text.indexOf(String(sep));
    return at < 0 ? [text, '', ''] : partition(text, String(sep), at);
  },
  rpartition: (text, [sep]) => {
    const at = text.lastIndexOf(String(sep));
    return at < 0 ? ['', '', text] : partition(text, String(sep), at);
  },
  removeprefix: (text, [prefix]) => (text.startsWith(String(prefix)) ? text.slice(String(prefix).length) : text),
  removesuffix: (text, [suffix]) =>
    suffix !== '' && text.endsWith(String(suffix)) ? text.slice(0, -String(suffix).length) : text,
  find: (text, [part, from]) => text.indexOf(String(part), number(from, 0)),
  rfind: (text, [part]) => text.lastIndexOf(String(part)),
  count: (text, [part]) => (part === '' ? Array.from(text).length + 1 : text.split(String(part)).length - 1),
  replace: (text, [old, put, most], named) => {
    if (typeof old !== 'string' || typeof put !== 'string') throw new Error('replace() arguments must be str');
    return replaced(text, old, put, number(most ?? plain(named.get('count')), -1));
  },
  startswith: (text, [given]) => isAt(given, (part) => text.startsWith(part)),
  endswith: (text, [given]) => isAt(given, (part) => text.endsWith(part)),
  upper: (text) => text.toUpperCase(),
  lower: (text) => text.toLowerCase(),
  title: (text) => text.replace(/\p{L}+/gu, (word) => METHODS.capitalize(word, [], new Map()) as string),
  capitalize: (text) => text.slice(0, 1).toUpperCase() + text.slice(1).toLowerCase(),
  casefold: (text) => text.toLowerCase(),
  isdigit: (text) => every(text, /^\p{Nd}+$/u),
  isnumeric: (text) => every(text, /^\p{N}+$/u),
  isalpha: (text) => every(text, /^\p{L}+$/u),
  isalnum: (text) => every(text, /^[\p{L}\p{N}]+$/u),
  isspace: (text) => text !== '' && Array.from(text).every(isSpace),
  isupper: (text) => /\p{Lu}/u.test(text) && text === text.toUpperCase(),
  islower: (text) => /\p{Ll}/u.test(text) && text === text.toLowerCase(),
  join: (text, [parts]) =>
    Array.isArray(parts)
      ? joined(
          parts.map((part) => String(plain(part))),
          text,
        )
      : String(parts),
};

/** Called by templates: the method's name, the string, its arguments, and named ones as a map at the end. */
export function stringMethod(name: string, text: unknown, ...args: unknown[]): unknown {
  if (typeof text !== 'string')
    throw new Error(`there is no ${name} of ${text === undefined ? 'an undefined value' : JSON.stringify(text)}`);
  const last = args.at(-1);
  const named = last instanceof Map ? (last as ReadonlyMap<string, unknown>) : new Map<string, unknown>();
  const given = METHODS[name](text, last instanceof Map ? args.slice(0, -1) : args, named);
  if (Array.isArray(given) && PER_ELEMENT * given.length > BOUNDS.templateValue)
    throw new Error(`${name} makes ${given.length} parts`);
  return given;
}

/** Turns calls of these methods, and of the filters `trim` and `replace`, into calls of `stringMethod`, in place. */
export function withPythonStrings(statements: readonly unknown[]): void {
  for (const statement of statements) walk(statement);
}

function walk(value: unknown): void {
  if (Array.isArray(value)) {
    value.forEach(walk);
    return;
  }
  if (value instanceof Map) {
    for (const entry of value) walk(entry);
    return;
  }
  if (typeof value !== 'object' || value === null) return;
  const node = value as Node;
  for (const part of Object.values(node)) walk(part);
  if (node.type === 'CallExpression') methodCall(node);
  if (node.type === 'FilterExpression') stringFilter(node);
}

function methodCall(node: Node): void {
  const { type, computed, property, object } = node.callee as Node;
  const { type: kind, value: name } = (property ?? {}) as Node;
  if (
    type !== 'MemberExpression' ||
    (computed && kind !== 'StringLiteral') ||
    typeof name !== 'string' ||
    !Object.hasOwn(METHODS, name)
  )
    return;
  node.callee = { type: 'Identifier', value: STRING_METHOD };
  node.args = [{ type: 'StringLiteral', value: name }, object, ...(node.args as unknown[])];
}

/** Filters and the methods that they are. */
const FILTERS: Record<string, string> = { trim: 'strip', replace: 'replace' };

function stringFilter(node: Node): void {
  const filter = node.filter as Node;
  const name = filter.type === 'CallExpression' ? (filter.callee as Node).value : filter.value;
  if (typeof name !== 'string' || !Object.hasOwn(FILTERS, name)) return;
  const args = filter.type === 'CallExpression' ? (filter.args as unknown[]) : [];
  const text = { type: 'FilterExpression', operand: node.operand, filter: { type: 'Identifier', value: 'string' } };
  const call = { type: 'CallExpression', callee: { type: 'Identifier', value: STRING_METHOD } };
  for (const key of Object.keys(node)) delete node[key];
  Object.assign(node, call, { args: [{ type: 'StringLiteral', value: FILTERS[name] }, text, ...args] });
}
