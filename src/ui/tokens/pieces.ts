/**
 * Tokens as pieces of text to show: one or more for every token, and the white space that no token holds. Text stays what
 * it is, spaces and line breaks included; what cannot be seen gets a mark, and tokens that are parts of a character are
 * written as its bytes, ⟨E2⟩, behind the character itself.
 */
import { segments } from '../../inspect/spans';
import type { ScoredText } from '../../inspect/types';
import type { Separator } from '../../runs/separator';
import { tokenText } from '../format';
import type { Sequence } from '../state/series';

/** text: as it stands. space: nothing but blanks, each marked. special: shows nothing of itself. gap: no token's. */
export type Look = 'text' | 'space' | 'bytes' | 'special' | 'gap';

export interface Piece {
  /** Place in the columns; null for a gap. */
  readonly token: number | null;
  /** What is drawn; line breaks in it are kept. */
  readonly text: string;
  readonly look: Look;
  /** The text itself, where that is not what is drawn: what is copied. */
  readonly own?: string;
}

/** A part of a piece that stands in one line. */
export interface Part extends Pick<Piece, 'token' | 'text' | 'look'> {
  /** A line break of the text ends here. */
  readonly breaks: boolean;
}

/** What the pieces of a scored response are a function of. */
export type Tokens = Pick<ScoredText, 'tokens' | 'spans'>;

export function piecesOf({ tokens, spans }: Tokens, response: string): Piece[] {
  return segments(spans, response.length).flatMap((segment) => {
    const own = response.slice(segment.from, segment.to);
    if (segment.first === segment.end) return [{ ...drawn(own), token: null, look: 'gap' as const }];
    const names = tokens.slice(segment.first, segment.end);
    if (names.length > 1) return partsOf(names, segment.first, own);
    return [own === '' ? textless(segment.first, tokens[segment.first] || '∅', '') : whole(segment.first, own)];
  });
}

/**
 * The pieces of `tokens` from `from` on, each token as the text it adds. `settled` tokens will not look otherwise when
 * more come: the first bytes of a character wait for its last.
 */
export function piecesFrom(
  tokens: Sequence<string>,
  from: number,
  separator: Separator,
): { pieces: Piece[]; settled: number } {
  const pieces: Piece[] = [];
  for (let i = from; i < tokens.length; ) {
    const token = tokens.at(i) as string;
    if (separator !== '' && i > 0) pieces.push({ token: null, text: separator, look: 'gap' });
    if (bytesAtEnd(token) === undefined) {
      pieces.push(token === '' ? textless(i, '∅', '') : whole(i, token));
      i += 1;
      continue;
    }
    const run = byteRun(tokens, i);
    pieces.push(...partsOf(run.names, i, run.text));
    if (!run.closed) return { pieces, settled: i };
    i += run.names.length;
  }
  return { pieces, settled: tokens.length };
}

/** A token that ends in bytes of a character, as vocabularies with byte fallback write it: `<0xE2>`. */
const BYTES = /((?:<0x[0-9A-Fa-f]{2}>)+)$/;
const LONGEST_RUN = 16;
/** Characters that are looked at for them: at a token's end, for the pattern's work grows with their square. */
const TAIL = 384;
const bytesAtEnd = (token: string): string | undefined => BYTES.exec(token.slice(-TAIL))?.[1];

interface ByteRun {
  readonly names: readonly string[];
  /** What the bytes say. */
  readonly text: string;
  /** No token that follows belongs to it. */
  readonly closed: boolean;
}

/** The tokens from `first` on up to the next place where token and character end together. */
function byteRun(tokens: Sequence<string>, first: number): ByteRun {
  const names: string[] = [];
  const bytes: number[] = [];
  for (let i = first; i < Math.min(tokens.length, first + LONGEST_RUN); i++) {
    const name = tokens.at(i) as string;
    const own = bytesAtEnd(name);
    if (own === undefined) break; // the bytes make no character
    names.push(name);
    for (const byte of new TextEncoder().encode(name.slice(0, -own.length))) bytes.push(byte);
    for (const hexes of own.match(/[0-9A-Fa-f]{2}(?=>)/g) ?? []) bytes.push(Number.parseInt(hexes, 16));
    const text = new TextDecoder().decode(Uint8Array.from(bytes));
    if (!text.endsWith('\uFFFD')) return { names, text, closed: true };
  }
  const open = first + names.length === tokens.length && names.length < LONGEST_RUN;
  const text = `${names[0].slice(0, -(bytesAtEnd(names[0]) ?? '').length)}\uFFFD`;
  return { names: open ? names : names.slice(0, 1), text, closed: !open };
}

const INVISIBLE = /(?!\n)[\p{Cc}\p{Cf}]/gu;
const ALONE = /^(?:(?![\n\r\t])[\p{Cc}\p{Cf}])+$/u;
/** Between letters joiners shape what is seen. */
const JOINERS = /[\u200C\u200D]/;

/** A token by itself. */
function whole(token: number, own: string): Piece {
  if (ALONE.test(own)) return textless(token, tokenText(own), own);
  const piece = drawn(own);
  return { ...piece, token, look: /^[ \n]+$/.test(piece.text) ? 'space' : 'text' };
}

const textless = (token: number, text: string, own: string): Piece => ({ token, text, look: 'special', own });

function drawn(own: string): Pick<Piece, 'text' | 'own'> {
  const text = own
    .replace(/\r\n?/g, '\n')
    .replace(INVISIBLE, (c) => (c === '\t' ? '→' : JOINERS.test(c) ? c : tokenText(c)));
  return text === own ? { text } : { text, own };
}

/** Several tokens that share characters: the text, then what each token holds of it. */
function partsOf(names: readonly string[], first: number, own: string): Piece[] {
  const bytes = new TextEncoder().encode(own);
  return names.map((name, i) => {
    const held = bytesIn(name) ?? (bytes.length === names.length ? hex(bytes[i]) : `${i + 1}/${names.length}`);
    const text = i === 0 ? drawn(own).text : '';
    return { token: first + i, text: `${text}⟨${held}⟩`, look: 'bytes', own: i === 0 ? own : '' };
  });
}

/** E2 82 of `<0xE2><0x82>`. */
const bytesIn = (name: string): string | null =>
  BYTES.exec(name)?.[1].toUpperCase().slice(3, -1).replaceAll('><0X', ' ') ?? null;

const hex = (byte: number): string => byte.toString(16).toUpperCase().padStart(2, '0');

/** A piece cut at its line breaks. */
export function partsIn({ token, text, look }: Piece): Part[] {
  const lines = text.split('\n');
  return lines
    .map((line, i) => ({ token, text: line, look, breaks: i < lines.length - 1 }))
    .filter((part) => part.text !== '' || part.breaks);
}

/** What is copied of these tokens: the text itself. */
export function textOf(pieces: readonly Piece[], first: number, last: number): string {
  const from = pieces.findIndex(({ token }) => token === first);
  const to = pieces.findLastIndex(({ token }) => token === last);
  return pieces
    .slice(from, to + 1)
    .map(({ text, own }) => own ?? text)
    .join('');
}

/** Every token's name for headings and tables: its text with white space made visible, bytes as ⟨E2⟩. */
export function namesOf(pieces: readonly Piece[], count: number): string[] {
  const names: string[] = new Array(count).fill('');
  for (const { token, text, look } of pieces)
    if (token !== null) names[token] += tokenText(look === 'bytes' ? text.slice(text.lastIndexOf('⟨')) : text);
  return names;
}

const RIGHT_TO_LEFT = /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u;
const STRONG = /\p{L}/u;

/** The direction of a paragraph, by its first letter, as HTML's dir="auto" does. */
export function readsRightToLeft(text: string): boolean {
  const letter = STRONG.exec(text)?.[0];
  return letter !== undefined && RIGHT_TO_LEFT.test(letter);
}

/** Whether the paragraph that a token begins in is read from right to left. */
export function isRightToLeft(pieces: readonly Piece[], token: number): boolean {
  const at = pieces.findIndex((piece) => piece.token === token);
  const before = pieces
    .slice(0, at)
    .map((p) => p.text)
    .join('');
  const rest = pieces
    .slice(at)
    .map((p) => p.text)
    .join('');
  return readsRightToLeft(before.slice(before.lastIndexOf('\n') + 1) + rest.split('\n', 1)[0]);
}
