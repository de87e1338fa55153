/** The structure of a cleaned answer: tuples and intervals, sets and lists, unions, matrices, labels ("x = 5"), and leaves. */
import { type Leaf, leafOf } from './leaf';

export type Answer = { readonly label: string | null; readonly full: string } & (
  | { readonly kind: 'leaf'; readonly leaf: Leaf }
  /** Ordered: a tuple or an interval, by its brackets. */
  | { readonly kind: 'row'; readonly open: string; readonly close: string; readonly items: readonly Answer[] }
  /** In any order: a set, a list of solutions, a union. `written`: without brackets, so the order may have been meant. */
  | { readonly kind: 'many'; readonly written: boolean; readonly items: readonly Answer[] }
  | { readonly kind: 'matrix'; readonly rows: readonly (readonly Answer[])[] }
);

const MAX_DEPTH = 6;
/** Longer lists are compared as they are written. */
const MAX_ITEMS = 48;

export function structureOf(text: string, depth = 0): Answer {
  const t = text.trim();
  if (depth > MAX_DEPTH) return leaf(t);
  const inner = (part: string) => structureOf(part, depth + 1);
  const labelled = labelOf(t);
  if (labelled) {
    const rest = inner(labelled.rest);
    return { ...rest, label: labelled.label || rest.label, full: t };
  }
  const matrix = /^\\begin\{([pbB]?matrix|array)\}(?:\{[clr| ]*\})?(.*)\\end\{\1\}$/s.exec(t);
  if (matrix) {
    const rows = matrix[2].replace(/\\cr\s*$/, '').split('\\cr');
    return { kind: 'matrix', rows: rows.map((row) => row.split('&').map(inner)), label: null, full: t };
  }
  const wrapped = bracketsOf(t);
  if (wrapped) {
    const { open, close, content } = wrapped;
    const items = split(content, true);
    if (items.length > MAX_ITEMS) return leaf(t);
    if (open === '{') {
      const condition = /^[a-zA-Z] ?(?:\\mid|\||:) ?(.+)$/s.exec(content.trim());
      if (condition) return inner(condition[1]);
      if (content.trim() === '') return leaf('\\emptyset');
      return many(items.map(inner), false, t);
    }
    if (items.length > 1) return { kind: 'row', open, close, items: items.map(inner), label: null, full: t };
    if (matches(open, close)) return inner(content);
  }
  for (const separator of [/ ?\\cup(?![a-z]) ?/, null]) {
    const parts = split(t.replace(/^(?:both|either) /, ''), false, separator);
    if (parts.length > MAX_ITEMS) return leaf(t);
    if (parts.length > 1) return many(parts.map(inner), true, t);
  }
  if (/^(?:\\mathbb\{R\}|\\R|(?:all )?real numbers|all reals)$/.test(t)) return inner('(-\\infty,\\infty)');
  const signs = plusMinus(t);
  if (signs) return many(signs.map(inner), false, t);
  const interval = intervalOf(t);
  if (interval) {
    const { label, open, close, bounds } = interval;
    return { kind: 'row', open, close, items: bounds.map(leaf), label, full: t };
  }
  return leaf(t);
}

const leaf = (text: string): Answer => ({ kind: 'leaf', leaf: leafOf(text), label: null, full: text });

function many(items: Answer[], written: boolean, full: string): Answer {
  return items.length === 1 ? items[0] : { kind: 'many', written, items, label: null, full };
}

const matches = (open: string, close: string) => (open === '(' && close === ')') || (open === '[' && close === ']');

/** Brackets around the whole of a text: (…), […], half-open ones, \{…\} and {…}. */
function bracketsOf(text: string): { open: string; close: string; content: string } | null {
  const open = text.startsWith('\\{') ? '{' : text[0];
  const close = text.endsWith('\\}') ? '}' : text[text.length - 1];
  if (!'([{'.includes(open ?? ' ') || !')]}'.includes(close ?? ' ')) return null;
  if ((open === '{') !== (close === '}')) return null;
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    if ('([{'.includes(text[i])) depth++;
    else if (')]}'.includes(text[i]) && --depth === 0 && i < text.length - 1) return null;
  }
  if (depth !== 0) return null;
  const content = text.slice(text.startsWith('\\{') ? 2 : 1, text.endsWith('\\}') ? -2 : -1);
  return { open, close, content };
}

/** Commas inside numbers: 1,234. Within brackets only where other commas are followed by spaces, else (1,234) is a pair. */
const THOUSANDS = /(?<![\d.,])[1-9]\d{0,2}(?:,\d{3})+(?!\d)/g;
const SEPARATOR = /[,;] ?(?:and |or )?| (?:and|or) /y;

/** Parts between separators outside all brackets. Quantities like "salt and pepper" split too: lists are compared whole. */
function split(text: string, inBrackets: boolean, only: RegExp | null = null): string[] {
  const separator = only ? new RegExp(only.source, 'y') : SEPARATOR;
  const numbers = new Set<number>();
  if (!inBrackets || /,\s/.test(text))
    for (const { 0: found, index } of text.matchAll(THOUSANDS))
      for (let i = 0; i < found.length; i++) if (found[i] === ',') numbers.add(index + i);
  const parts: string[] = [];
  let [depth, from] = [0, 0];
  for (let i = 0; i < text.length; i++) {
    if ('([{'.includes(text[i])) depth++;
    else if (')]}'.includes(text[i])) depth--;
    if (depth !== 0 || numbers.has(i)) continue;
    separator.lastIndex = i;
    if (!separator.test(text)) continue;
    parts.push(text.slice(from, i));
    from = separator.lastIndex;
    i = from - 1;
  }
  parts.push(text.slice(from));
  return parts.map((part) => part.trim()).filter((part) => part !== '');
}

const NAME = String.raw`(?:\((?:[a-zA-Z], ?){1,3}[a-zA-Z]\)|\\?[a-zA-Z]{1,12}|\\[a-z]{2,8}_\{?\w{1,4}\}?|[a-zA-Z](?:_\{?\w{1,4}\}?)?'?|[a-zA-Z]\([a-zA-Z]\)|\\angle ?[A-Z]{1,3}|[A-Z]{2,4}|[a-zA-Z]{1,2}(?: ?[-+] ?[a-zA-Z]{1,2}){1,3}|[a-zA-Z][a-zA-Z ]{2,40})`;
const ONLY_NAME = new RegExp(`^${NAME}$`);
const LABEL = new RegExp(String.raw`^(${NAME}) ?(?:=|\\approx|\\in(?![a-z])|:=) ?(.+)$`, 's');

/** The name in "x = 5", "f(x) = …", "x \in [1,2]" or "Area = 5 cm"; of a chain (x = 2 + 3 = 5) the last part is the answer. */
function labelOf(text: string): { label: string; rest: string } | null {
  const approximate = /^(?:=|\\approx) ?([^=]+)$/s.exec(text);
  if (approximate) return { label: '', rest: approximate[1] };
  // Several equations are a list of answers, each with its own label.
  if (split(text, false).length > 1) return null;
  // \frac{22}{7} \approx 3.14: the exact part is the answer.
  const [exact] = text.split('\\approx');
  if (exact !== text && !ONLY_NAME.test(exact.trim())) return { label: '', rest: exact };
  const parts = text.split(/=|\\approx/).map((part) => part.trim());
  const found = LABEL.exec(text);
  if (found && !/\\(?:sqrt|frac|pi|infty|sin|cos|tan|log|ln)/.test(found[1])) {
    if (parts.length > 2) return { label: found[1], rest: parts[parts.length - 1] };
    return /[<>]|\\[lg]eq/.test(text) ? null : { label: found[1], rest: found[2] };
  }
  const reversed = /^([^=<>]*\d[^=<>]*)= ?([a-zA-Z])$/.exec(text);
  if (reversed && !/[a-zA-Z]/.test(reversed[1].replace(/\\[a-z]+/g, '')))
    return { label: reversed[2], rest: reversed[1] };
  // 3 × 6 = 18: arithmetic without a variable ends in its value.
  const sum =
    parts.length > 1 &&
    parts.every((part) => part !== '') &&
    !/[a-zA-Z]/.test(
      parts
        .slice(0, -1)
        .join('')
        .replace(/\\(?:times|cdot|div|frac|sqrt)/g, ''),
    );
  return sum ? { label: '', rest: parts[parts.length - 1] } : null;
}

/** \pm as its two readings; \mp takes the other sign. */
function plusMinus(text: string): [string, string] | null {
  if (!/\\pm(?![a-z])/.test(text)) return null;
  const read = (upper: string, lower: string) =>
    text
      .replace(/ ?\\pm(?![a-z]) ?/g, upper)
      .replace(/ ?\\mp(?![a-z]) ?/g, lower)
      .replace(/^\+/, '');
  return [read('+', '-'), read('-', '+')];
}

const RELATION = String.raw`(<|>|\\leq|\\geq)`;
const VARIABLE = String.raw`([a-zA-Z](?:_\{?\w\}?)?)`;
const CHAIN = new RegExp(`^([^<>=]+?) ?${RELATION} ?${VARIABLE} ?${RELATION} ?([^<>=]+)$`);
const UPPER = new RegExp(`^${VARIABLE} ?${RELATION} ?([^<>=]+)$`);
const LOWER = new RegExp(`^([^<>=]+?) ?${RELATION} ?${VARIABLE}$`);
const isOpen = (relation: string) => relation.length === 1;
const isLess = (relation: string) => relation === '<' || relation === '\\leq';

/** An inequality for one variable as its interval: 1 < x <= 2 is (1, 2], x > 5 is (5, \infty). */
function intervalOf(text: string): { label: string; open: string; close: string; bounds: [string, string] } | null {
  if (text.replace(/\\[lg]eq/g, '<').split(/[<>]/).length > 3 || /\\neq/.test(text)) return null;
  const chain = CHAIN.exec(text);
  if (chain) {
    const [, a, first, label, second, b] = chain;
    if (isLess(first) !== isLess(second)) return null;
    return isLess(first) ? made(label, a, first, b, second) : made(label, b, second, a, first);
  }
  const upper = UPPER.exec(text);
  const [, label, relation, bound] = upper ?? [];
  if (upper && !/\\[lg]eq/.test(bound))
    return isLess(relation)
      ? made(label, '-\\infty', '<', bound, relation)
      : made(label, bound, relation, '\\infty', '<');
  const lower = LOWER.exec(text);
  if (!lower || /\\[lg]eq/.test(lower[1])) return null;
  return isLess(lower[2])
    ? made(lower[3], lower[1], lower[2], '\\infty', '<')
    : made(lower[3], '-\\infty', '<', lower[1], lower[2]);
}

const made = (label: string, low: string, above: string, high: string, below: string) => ({
  label,
  open: isOpen(above) ? '(' : '[',
  close: isOpen(below) ? ')' : ']',
  bounds: [low.trim(), high.trim()] as [string, string],
});
