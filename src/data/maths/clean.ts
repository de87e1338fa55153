/**
 * Brings a written answer into one notation: Unicode signs to LaTeX or ASCII, markup and spacing commands away, \text to
 * words, fractions and roots in braces. What the text means is read by the other files; nothing here changes a value.
 */
import { argument, closing } from './braces';

type Rule = readonly [RegExp, string | ((...found: string[]) => string)];

const SUPERSCRIPTS = '⁰¹²³⁴⁵⁶⁷⁸⁹';
const SUBSCRIPTS = '₀₁₂₃₄₅₆₇₈₉';
const FRACTIONS: Record<string, string> = {
  ...{ '½': '1/2', '⅓': '1/3', '⅔': '2/3', '¼': '1/4', '¾': '3/4', '⅕': '1/5', '⅖': '2/5', '⅗': '3/5', '⅘': '4/5' },
  ...{ '⅙': '1/6', '⅚': '5/6', '⅛': '1/8', '⅜': '3/8', '⅝': '5/8', '⅞': '7/8' },
};

const digitsIn = (alphabet: string) => (run: string) => Array.from(run, (c) => alphabet.indexOf(c)).join('');

/** A digit of any script in ASCII: Unicode has each script's ten in a row. */
function digitOf(digit: string): string {
  const at = digit.codePointAt(0) as number;
  let zero = at;
  while (/\p{Nd}/u.test(String.fromCodePoint(zero - 1))) zero--;
  return String((at - zero) % 10);
}

const UNICODE: readonly Rule[] = [
  [/[\u00a0\u2000-\u200a\u202f\u205f\u3000]/g, ' '],
  [/[\u200b-\u200d\u2060\ufeff]/g, ''],
  [/[−–—‐‑]/g, '-'],
  [/[\uff01-\uff5e]/g, (c) => String.fromCharCode(c.charCodeAt(0) - 0xfee0)], // full width
  [/(?![0-9])\p{Nd}/gu, digitOf],
  [/٫/g, '.'],
  [/٬/g, ','],
  [/[⁰¹²³⁴⁵⁶⁷⁸⁹]+/g, (run) => `^{${digitsIn(SUPERSCRIPTS)(run)}}`],
  [/[₀₁₂₃₄₅₆₇₈₉]+/g, (run) => `_{${digitsIn(SUBSCRIPTS)(run)}}`],
  [/[½⅓⅔¼¾⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞]/g, (c) => `\\frac{${FRACTIONS[c].replace('/', '}{')}}`],
  [/×|✕|\\ast(?![a-z])/g, '\\times '],
  [/[·⋅∙]/g, '\\cdot '],
  [/÷/g, '\\div '],
  [/√\s*/g, '\\sqrt '],
  [/π/g, '\\pi '],
  [/θ/g, '\\theta '],
  [/∞/g, '\\infty '],
  [/∪/g, '\\cup '],
  [/∈/g, '\\in '],
  [/[∅⌀]/g, '\\emptyset '],
  [/±/g, '\\pm '],
  [/≈/g, '\\approx '],
  [/≤|⩽|<=/g, '\\leq '],
  [/≥|⩾|>=/g, '\\geq '],
  [/≠/g, '\\neq '],
  [/º|˚/g, '°'],
  [/[“”„]/g, '"'],
  [/[‘’]/g, "'"],
];

/** Commands that only change the look. The order counts: sizes before brackets, spaces last. */
const MARKUP: readonly Rule[] = [
  [/\\(?:left|right|[bB]igg?[lrm]?|displaystyle|textstyle|scriptstyle|limits|boxed|fbox)(?![a-zA-Z])\.?/g, ''],
  [/\\!/g, ''],
  [/\{([,.])\}/g, '$1'],
  [/\\[,;:> ]|\\q?quad(?![a-z])|\\(?:thin|med|thick)?space(?![a-z])|~/g, ' '],
  [/\\([%#&_])/g, '$1'],
  [/\\[dtc]frac(?![a-z])/g, '\\frac'],
  [/\\[dt]binom(?![a-z])/g, '\\binom'],
  [/\\lbrace(?![a-z])/g, '\\{'],
  [/\\rbrace(?![a-z])/g, '\\}'],
  [/\\langle(?![a-z])/g, '('],
  [/\\rangle(?![a-z])/g, ')'],
  [/\\[lr]?vert(?![a-z])/g, '|'],
  [/\\(?:leqslant|le)(?![a-z])/g, '\\leq '],
  [/\\(?:geqslant|ge)(?![a-z])/g, '\\geq '],
  [/\\lt(?![a-z])/g, '<'],
  [/\\gt(?![a-z])/g, '>'],
  [/\\ne(?![a-z])/g, '\\neq '],
  [/\\varnothing(?![a-z])/g, '\\emptyset'],
  [/\\(?:approx|simeq|thickapprox)(?![a-z])/g, '\\approx'],
  [/\\colon(?![a-z])/g, ':'],
  [/\\(?:bar|dot)\{(?=\d+\})/g, '\\overline{'],
  [/\^\s*\{?\s*\\circ\s*\}?|\\degree(?![a-z])/g, '°'],
  [/\\(?:lor|vee)(?![a-z])/g, ' or '],
  [/\\(?:cdots|ldots|dots)(?![a-z])/g, '...'],
];

const PLAIN: readonly Rule[] = [
  [/`+/g, ''],
  [/(?<=\S)\*\*(?=[-({\w\\])/g, '^'],
  [/\*\*|__/g, ''],
  [/^\s*(?:negative|minus) (?=[\d\\])/i, '-'],
  [/\b(?:infinity|infty)\b/gi, '\\infty'],
  [/\\\\infty/g, '\\infty'],
  // (3, +\infty) is (3, \infty)
  [/(?<=^|[([,;{]\s*)\+\s*(?=\\infty)/g, ''],
  [/(?<![a-zA-Z\\])sqrt(?=[\s(\d])/g, '\\sqrt'],
  [/(?<![a-zA-Z\\])pi(?![a-zA-Z])/g, '\\pi'],
  [/\bdegrees?\b/gi, '°'],
  [/(?<=\d) ?\^ ?\{? ?(?:st|nd|rd|th) ?\}?(?![a-zA-Z])/g, ''], // the 16^{th}
  [/\bper\s?cent(?!age)\b/gi, '%'],
  [/\{([^{}]{1,80})\\over(?![a-z])([^{}]{1,80})\}/g, '\\frac{$1}{$2}'],
  [/\^(-?\d{2,})/g, '^{$1}'],
  [/\s+/g, ' '],
  [/ ?(°|%)/g, '$1'],
];

/** Single letters that are units where they stand in \text after a number. */
const LETTER_UNITS = new Map([
  ['m', 'meters'],
  ['g', 'grams'],
  ['s', 'seconds'],
  ['h', 'hours'],
  ['l', 'liters'],
  ['L', 'liters'],
]);

/** A cleaned answer; unbalanced or odd input comes out as whatever is left of it. Linear in the text. */
export function clean(text: string): string {
  let t = replace(text, UNICODE);
  t = rowBreaks(t);
  t = withoutDelimiters(t);
  t = replace(t, MARKUP);
  t = words(t);
  t = replace(t, PLAIN);
  t = braceArguments(t);
  return trimPunctuation(t);
}

/** A text for comparison letter by letter: cleaned, and without what only spaces or brackets of one sign say. */
export function keyOf(cleaned: string): string {
  return cleaned
    .replace(/\\(?:cdot|times)(?![a-z])/g, '*')
    .replace(/\{([A-Za-z0-9])\}/g, '$1')
    .replace(/(?<![A-Za-z0-9]) | (?![A-Za-z0-9])/g, '');
}

function replace(text: string, rules: readonly Rule[]): string {
  let t = text;
  for (const [pattern, by] of rules) t = typeof by === 'string' ? t.replace(pattern, by) : t.replace(pattern, by);
  return t;
}

/** The \\ between the rows of a matrix becomes \cr; elsewhere a doubled backslash is a text that was escaped twice. */
function rowBreaks(text: string): string {
  return text.includes('\\begin{')
    ? text.replace(/\\\\(?!begin|end)(?:\[[^\]]{0,12}\])?/g, ' \\cr ')
    : text.replace(/\\\\+(?=[a-zA-Z])/g, '\\');
}

/** $…$, $$…$$, \(…\) and \[…\] go; a dollar that opens no formula is money and becomes \$. */
function withoutDelimiters(text: string): string {
  const t = text.replace(/\\[()[\]](?!\d*(?:pt|em|ex|cm|mm)\])/g, ' ').replace(/\$\$/g, ' ');
  const dollars = t.match(/(?<!\\)\$/g)?.length ?? 0;
  return t.replace(/(?<!\\)\$/g, dollars % 2 === 0 ? ' ' : '\\$');
}

const WORD_COMMAND =
  /\\(?:text(?:bf|it|rm|tt|sf|normal|up)?|math(?:rm|bf|it|sf|tt|normal)|operatorname\*?|mbox|hbox|emph|underline|bold(?:symbol)?|bm|rm|bf|it|em)(?![a-zA-Z])\s*/g;

/** \text{…} and its kin become their content between spaces. */
function words(text: string): string {
  let t = text;
  // Innermost last: each pass unwraps one level; deeper nesting than this is nobody's answer.
  for (let level = 0; level < 4 && WORD_COMMAND.test(t); level++) {
    WORD_COMMAND.lastIndex = 0;
    let out = '';
    let at = 0;
    for (const { 0: command, index } of t.matchAll(WORD_COMMAND)) {
      if (index < at) continue;
      const open = index + command.length;
      const end = t[open] === '{' ? closing(t, open) : -1;
      out += t.slice(at, index);
      at = end < 0 ? open : end + 1;
      if (end >= 0) out += ` ${spelled(t.slice(open + 1, end), out)} `;
    }
    t = (out + t.slice(at)).replace(/ +(?=[\^_])/g, '');
  }
  WORD_COMMAND.lastIndex = 0;
  return t;
}

function spelled(content: string, before: string): string {
  const letter = LETTER_UNITS.get(content.trim());
  return letter !== undefined && /[\d})]\s*$/.test(before) ? letter : content;
}

/** \frac12, \frac ab, \sqrt2 and \sqrt(2) with their arguments in braces. */
function braceArguments(text: string): string {
  const command = /\\(frac|binom|sqrt)(?![a-zA-Z])/g;
  let out = '';
  let at = 0;
  for (const { 0: name, 1: which, index } of text.matchAll(command)) {
    if (index < at) continue;
    out += text.slice(at, index) + name;
    at = index + name.length;
    if (which === 'sqrt') {
      const degree = /\s*\[[^\][]{0,20}\]/y;
      degree.lastIndex = at;
      const found = degree.exec(text);
      if (found) {
        out += found[0].trim();
        at = degree.lastIndex;
      }
    }
    for (let n = which === 'sqrt' ? 1 : 2; n > 0; n--) {
      const part = argumentOf(text, at, which);
      if (!part) break;
      out += `{${braceArguments(part.inside)}}`;
      at = part.end;
    }
  }
  return out + text.slice(at);
}

/** \sqrt 12 and sqrt(12) are written for the root of all of 12. */
function argumentOf(text: string, at: number, command: string) {
  if (command === 'sqrt') {
    const start = /\s*/y;
    start.lastIndex = at;
    start.exec(text);
    const from = start.lastIndex;
    const end = text[from] === '(' ? closing(text, from, ['(', ')']) : -1;
    if (end >= 0) return { inside: text.slice(from + 1, end), end: end + 1 };
    const digits = /\d+/y;
    digits.lastIndex = from;
    const found = digits.exec(text);
    if (found) return { inside: found[0], end: digits.lastIndex };
  }
  return argument(text, at);
}

/** Ticks, emoji and ends of proofs that stand around an answer. */
const MARK = String.raw`(?:(?![\d#*©®™])\p{Extended_Pictographic}[\ufe0f\u{1f3fb}-\u{1f3ff}]*(?:\u200d\p{Extended_Pictographic}\ufe0f?)*|[✓✗∎□■◻◼☐])`;
const MARKS_BEFORE = new RegExp(`^(?:${MARK}|[\\s*_\`])+(?=[^\\s*_\`])`, 'u');
const MARKS_BEHIND = new RegExp(`(?:${MARK}|[\\s*_\`])*${MARK}[\\s*_\`]*$`, 'u');
const ONLY_MARKS = new RegExp(`^(?:${MARK}|\\s)*$`, 'u');
/** Characters at either end that are looked at. */
const ENDS = 120;

/** Without ticks and emoji at the ends; an answer that is nothing else stays. */
export function withoutMarks(text: string): string {
  if (ONLY_MARKS.test(text)) return text;
  const cut = Math.max(0, text.length - ENDS);
  const t = text.slice(0, cut) + text.slice(cut).replace(MARKS_BEHIND, '');
  return t.slice(0, ENDS).replace(MARKS_BEFORE, '') + t.slice(ENDS);
}

/** Without quotation marks, a full stop or a comma at the ends; the ! of a factorial stays. */
function trimPunctuation(text: string): string {
  let t = text.trim();
  for (let before = ''; before !== t; ) {
    before = t;
    t = withoutMarks(t)
      .replace(/^["'*_:,;\s]+/, '')
      .replace(/(?:["'*_:,;\s]|(?<!\.)\.)+$/, '');
  }
  return t;
}
