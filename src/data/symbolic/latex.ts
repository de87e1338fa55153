/** Cleaned answers (data/maths/clean.ts) in the LaTeX that the symbolic library reads. */
import { closing } from '../maths/braces';

export interface Relation {
  /** Turned so that it points left: "a > b" is read as "b < a". */
  readonly sign: '=' | '<' | '\\leq';
  readonly left: string;
  readonly right: string;
}

/** An equation or inequality of two sides; null for anything else. */
export function relationOf(text: string): Relation | null {
  const parts = text.split(/(=|<|>|\\leq|\\geq)/);
  if (parts.length !== 3) return null;
  const [left, sign, right] = parts;
  if (sign === '>' || sign === '\\geq') return { sign: sign === '>' ? '<' : '\\leq', left: right, right: left };
  return { sign: sign as Relation['sign'], left, right };
}

const LETTERS = Array.from('abchjklmnopqrstuvwxyzABHJKLMPQRSTUVWXYZ');
/** Names that the library reads otherwise than people mean them: subscripts as indices, letters as constants or functions. */
const RENAMED = /(?<!\\[a-zA-Z]*)(?:([a-zA-Z])_(?:\{(\w{1,4})\}|(\w))|[DGN])|\\(?:gamma|varphi|Gamma)(?![a-z])/g;

/** Each such name becomes a letter that neither text uses. */
export function renameVariables(a: string, b: string): [string, string] {
  const free = LETTERS.filter((c) => !(a + b).includes(c));
  const names = new Map<string, string>();
  const rename = (text: string) =>
    text.replace(RENAMED, (found, letter?: string, long?: string, short?: string) => {
      const name = letter ? `${letter}_${long ?? short}` : found;
      const known = names.get(name) ?? free.pop() ?? found;
      names.set(name, known);
      return ` ${known} `;
    });
  return [rename(a), rename(b)];
}

const FUNCTIONS = 'arcsin|arccos|arctan|sinh|cosh|tanh|sin|cos|tan|cot|sec|csc|log|ln|exp';
/** What the library computes wrongly, only roughly, or for ever. */
const REFUSED =
  /\\(?:int|iint|oint|lim|mathbb|overline|infty|begin|partial|nabla|neq|cup|mid)(?![a-z])|%|\.\.\.|\d{5,}\s*\)*!|!!|(?<![_\d])\d+\s+[.\d]|[&"'`;?@#~]/;

/** LaTeX for the library, or null where the text is no expression. */
export function forEngine(text: string): string | null {
  const t = text
    .replace(/°/g, '^{\\circ}')
    .replace(/(?<![\d.,])\d{1,3}(?:,\d{3})+(?!\d)/g, (number) => number.replace(/,/g, ''))
    .replace(new RegExp(`(?<![a-zA-Z\\\\])(${FUNCTIONS})(?![a-zA-Z])`, 'g'), '\\$1')
    .replace(/\*/g, '\\times ');
  if (t.trim() === '' || REFUSED.test(t)) return null;
  // Three letters in a row are a word: nobody multiplies a, r, e and a without signs.
  if (/[a-zA-Z]{3,}/.test(t.replace(/\\[a-zA-Z]+/g, ' '))) return null;
  return binomials(t);
}

/** \binom{n}{k} by factorials: the library does not know the command. */
function binomials(text: string): string | null {
  let t = text;
  for (let times = 0; times < 8; times++) {
    const at = t.lastIndexOf('\\binom{');
    if (at < 0) return t;
    const first = closing(t, at + 6);
    const second = first > 0 && t[first + 1] === '{' ? closing(t, first + 1) : -1;
    if (second < 0) return null;
    const [n, k] = [t.slice(at + 7, first), t.slice(first + 2, second)];
    t = `${t.slice(0, at)}\\frac{(${n})!}{(${k})!(${n}-(${k}))!}${t.slice(second + 1)}`;
  }
  return null;
}
