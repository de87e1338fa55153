/**
 * A scored response as pieces of text to show: one or more for every token, and the white space that no token holds.
 * Text stays what it is, spaces and line breaks included; what cannot be seen gets a mark (·, ↵), and tokens that are
 * parts of a character are written as its bytes, ⟨E2⟩, behind the character itself.
 */

import { type Segment, segments } from '../../../inspect/spans';
import type { ScoredText } from '../../../inspect/types';
import { tokenText } from '../../format';

/** text: as it stands. space: nothing but blanks, each marked. special: a token without text. gap: no token's. */
export type Look = 'text' | 'space' | 'bytes' | 'special' | 'gap';

export interface Piece {
  /** Place in the columns; null for a gap. */
  readonly token: number | null;
  /** What is drawn; line breaks in it are kept. */
  readonly text: string;
  readonly look: Look;
}

/** What the pieces are a function of. */
export type Tokens = Pick<ScoredText, 'tokens' | 'spans'>;

export function piecesOf({ tokens, spans }: Tokens, response: string): Piece[] {
  return segments(spans, response.length).flatMap((segment) => {
    const text = response.slice(segment.from, segment.to).replace(/\r\n?/g, '\n').replace(/\t/g, '→');
    if (segment.first === segment.end) return { token: null, text, look: 'gap' as const };
    if (segment.end - segment.first > 1) return partsOf(tokens, segment, text);
    if (text === '') return { token: segment.first, text: tokens[segment.first] || '∅', look: 'special' as const };
    return { token: segment.first, text, look: /^[ \n]+$/.test(text) ? ('space' as const) : ('text' as const) };
  });
}

/** Several tokens that share characters: the text, then what each token holds of it. */
function partsOf(tokens: readonly string[], { first, end }: Segment, text: string): Piece[] {
  const bytes = new TextEncoder().encode(text);
  const count = end - first;
  return Array.from({ length: count }, (_, i) => {
    const own = byteOf(tokens[first + i]) ?? (bytes.length === count ? hex(bytes[i]) : `${i + 1}/${count}`);
    return { token: first + i, text: `${i === 0 ? text : ''}⟨${own}⟩`, look: 'bytes' as const };
  });
}

/** E2 of `<0xE2>`, as vocabularies with byte fallback write it. */
const byteOf = (token: string): string | null => /^<0x([0-9A-Fa-f]{2})>$/.exec(token)?.[1].toUpperCase() ?? null;

const hex = (byte: number): string => byte.toString(16).toUpperCase().padStart(2, '0');

/** Every token's name for headings and tables: its text with white space made visible, bytes as ⟨E2⟩. */
export function namesOf(pieces: readonly Piece[], count: number): string[] {
  const names: string[] = new Array(count).fill('');
  for (const { token, text, look } of pieces)
    if (token !== null) names[token] += tokenText(look === 'bytes' ? text.slice(text.indexOf('⟨')) : text);
  return names;
}
