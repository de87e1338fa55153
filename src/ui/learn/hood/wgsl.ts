/** A kernel's code in pieces, so that those which a symbol of its formula stands for can be marked. */

export interface Piece {
  readonly text: string;
  /** Of the formula; null where the piece belongs to none. */
  readonly symbol: string | null;
}

export interface Line {
  readonly pieces: readonly Piece[];
  readonly comment: boolean;
}

/** Symbols of a formula: what each is, and the identifiers that stand for it. */
export type Symbols = Readonly<Record<string, { readonly is: string; readonly in: readonly string[] }>>;

/** Identifiers in comments belong to nobody. */
export function linesOf(code: string, symbols: Symbols): Line[] {
  const owner = new Map(Object.entries(symbols).flatMap(([symbol, row]) => row.in.map((name) => [name, symbol])));
  return code
    .trimEnd()
    .split('\n')
    .map((line) => {
      const at = line.indexOf('//');
      const [own, comment] = at < 0 ? [line, ''] : [line.slice(0, at), line.slice(at)];
      const pieces = own
        .split(/([A-Za-z_]\w*)/)
        .filter((text) => text !== '')
        .map((text) => ({ text, symbol: owner.get(text) ?? null }));
      return {
        pieces: comment ? [...pieces, { text: comment, symbol: null }] : pieces,
        comment: own.trim() === '' && comment !== '',
      };
    });
}

/** Places of the lines, from 1, in which a symbol occurs. */
export const linesWith = (lines: readonly Line[], symbol: string): number[] =>
  lines.flatMap(({ pieces }, i) => (pieces.some((piece) => piece.symbol === symbol) ? [i + 1] : []));
