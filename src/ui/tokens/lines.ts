/**
 * Pieces of text broken into lines of one height, so that only those on screen need be drawn. Lines break at spaces,
 * between ideographs, and inside a word only where it is longer than the line. Widths come from the caller.
 */
import { type Part, type Piece, partsIn, readsRightToLeft } from './pieces';
import { sideways } from './walk';

export interface Fragment extends Part {
  /** From the line's start edge, in the measure's units. */
  readonly x: number;
  readonly width: number;
}

export interface Line {
  readonly fragments: readonly Fragment[];
  /** Whether its paragraph is read from right to left. */
  readonly rtl: boolean;
}

export interface Layout {
  readonly lines: readonly Line[];
  /** The first line of every token. */
  readonly lineOf: readonly number[];
}

export type TextWidth = (text: string) => number;

type Atom = Omit<Fragment, 'x'>;

const IDEOGRAPH = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\u3000-\u303F\uFF00-\uFF60]/u;
/** What a line break is drawn as. */
export const BREAK_MARK = '↵';

export function layOut(pieces: readonly Piece[], tokens: number, width: number, textWidth: TextWidth): Layout {
  const lines: Line[] = [];
  let paragraph: Part[] = [];
  const close = (): void => {
    const rtl = readsRightToLeft(paragraph.map((p) => p.text).join(''));
    for (const fragments of wrap(wordsOf(paragraph, width, textWidth), width)) lines.push({ fragments, rtl });
    paragraph = [];
  };
  for (const part of pieces.flatMap(partsIn)) {
    paragraph.push(part);
    if (part.breaks) close();
  }
  if (paragraph.length > 0) close();
  const lineOf: number[] = new Array(tokens).fill(Math.max(0, lines.length - 1));
  for (let i = lines.length - 1; i >= 0; i--)
    for (const { token } of lines[i].fragments) if (token !== null) lineOf[token] = i;
  return { lines, lineOf };
}

/** Stretches that stay together, each with its atoms. */
function wordsOf(paragraph: readonly Part[], width: number, textWidth: TextWidth): Atom[][] {
  const words: Atom[][] = [];
  let last = ' ';
  for (const whole of paragraph) {
    for (const [i, part] of splitLong(whole.text, width, textWidth).entries()) {
      const breaks = whole.breaks && part.last;
      const mark = breaks ? textWidth(BREAK_MARK) : 0;
      const atom: Atom = { ...whole, text: part.text, breaks, width: textWidth(part.text) + mark };
      const first = part.text[0] ?? '';
      const mayBreak = i > 0 || first === ' ' || last === ' ' || IDEOGRAPH.test(first) || IDEOGRAPH.test(last);
      if (mayBreak || words.length === 0) words.push([atom]);
      else words[words.length - 1].push(atom);
      if (part.text !== '') last = part.text[part.text.length - 1];
    }
  }
  return words;
}

/** Text in parts that fit a line; one part where it does as a whole. */
function splitLong(text: string, width: number, textWidth: TextWidth): { text: string; last: boolean }[] {
  if (textWidth(text) <= width) return [{ text, last: true }];
  const parts: string[] = [''];
  // Words first, then characters of a word that is wider than the line.
  for (const word of text.split(/(?<= )/))
    for (const unit of textWidth(word) <= width ? [word] : [...word]) {
      const longer = parts[parts.length - 1] + unit;
      if (textWidth(longer) <= width || parts[parts.length - 1] === '') parts[parts.length - 1] = longer;
      else parts.push(unit);
    }
  return parts.map((part, i) => ({ text: part, last: i === parts.length - 1 }));
}

/** Words into lines, greedily. A blank at which a line was broken is not drawn. */
function wrap(words: readonly Atom[][], width: number): Fragment[][] {
  const lines: Fragment[][] = [[]];
  let x = 0;
  const newLine = (): void => {
    lines.push([]);
    x = 0;
  };
  const put = (atom: Atom): void => {
    lines[lines.length - 1].push({ ...atom, x });
    x += atom.width;
  };
  for (const word of words) {
    const whole = word.reduce((sum, atom) => sum + atom.width, 0);
    if (x > 0 && x + whole > width && !isBlank(word)) {
      newLine();
      const [first, ...rest] = word;
      const bare = first.look === 'text' && first.text.startsWith(' ') ? withoutBlank(first) : first;
      for (const atom of [bare, ...rest]) {
        if (x > 0 && x + atom.width > width) newLine();
        put(atom);
      }
    } else
      for (const atom of word) {
        if (x > 0 && x + atom.width > width && !isBlank([atom])) newLine();
        put(atom);
      }
  }
  return lines;
}

/** Blanks hang over the line's end, as in any text; a gap may be as long as it likes. */
const isBlank = (word: readonly Atom[]): boolean => word.every((atom) => atom.look === 'gap' || atom.text === '');

function withoutBlank(atom: Atom): Atom {
  const text = atom.text.slice(1);
  return text === '' ? atom : { ...atom, text, width: (atom.width * text.length) / atom.text.length };
}

/** The token an arrow key leads to from `token`, or null at the edges and for other keys. */
export function tokenFrom({ lines, lineOf }: Layout, token: number, key: string): number | null {
  const at = lineOf[token];
  const line = lines[at];
  if (!line) return null;
  const own = tokensOf(line);
  if (key === 'Home') return own[0] ?? null;
  if (key === 'End') return own.at(-1) ?? null;
  const beside = sideways(token, key, line.rtl);
  if (beside !== null) return beside >= 0 && beside < lineOf.length ? beside : null;
  if (key !== 'ArrowDown' && key !== 'ArrowUp') return null;
  const by = key === 'ArrowDown' ? 1 : -1;
  // A token may hold several lines: empty ones, or a long word's.
  for (let i = at + by; i >= 0 && i < lines.length; i += by) {
    const next = nearest(lines[i], middleOf(line, token));
    if (next !== null && next !== token) return next;
  }
  return null;
}

const tokensOf = (line: Line): number[] => line.fragments.flatMap(({ token }) => (token === null ? [] : [token]));

function middleOf(line: Line, token: number): number {
  const fragment = line.fragments.find((f) => f.token === token);
  return fragment ? fragment.x + fragment.width / 2 : 0;
}

function nearest(line: Line, x: number): number | null {
  let best: number | null = null;
  let distance = Number.POSITIVE_INFINITY;
  for (const { token, x: left, width } of line.fragments) {
    const away = Math.abs(left + width / 2 - x);
    if (token !== null && away < distance) [best, distance] = [token, away];
  }
  return best;
}
