/** A text of tokens that the browser breaks into lines. Tokens that come cost no more than themselves. */

import type { Separator } from '../../runs/separator';
import type { Sequence } from '../state/series';
import { type Marks, Painter } from './painter';
import { isRightToLeft, type Piece, partsIn, piecesFrom, textOf } from './pieces';
import { registerText, sideways, type Walked } from './walk';

export class FlowingText implements Walked {
  private readonly painter: Painter;
  private pieces: Piece[] = [];
  private tokens: Sequence<string> = [];
  private separator: Separator = '';
  /** Tokens that stay as they are when more come. */
  private settled = 0;

  constructor(
    readonly host: HTMLElement,
    walkable: boolean,
  ) {
    this.painter = new Painter(host, walkable);
    if (walkable) registerText(host, this);
  }

  get count(): number {
    return this.tokens.length;
  }

  write(tokens: Sequence<string>, separator: Separator, marks: Marks): void {
    if (tokens !== this.tokens || separator !== this.separator) {
      const kept = separator === this.separator ? Math.min(this.settled, inCommon(tokens, this.tokens)) : 0;
      if (kept < this.count) {
        this.painter.truncate(kept);
        this.pieces.splice(this.pieces.findLastIndex(({ token }) => token !== null && token < kept) + 1);
      }
      const { pieces, settled } = piecesFrom(tokens, kept, separator);
      this.painter.append(pieces.flatMap(partsIn));
      for (const piece of pieces) this.pieces.push(piece);
      Object.assign(this, { tokens, separator, settled });
    }
    this.painter.mark(marks);
  }

  next(token: number, key: string): number | null {
    if (key === 'Home') return 0;
    if (key === 'End') return this.count - 1;
    return sideways(token, key, isRightToLeft(this.pieces, token));
  }

  focus(token: number): void {
    this.painter.spanOf(token)?.focus();
  }

  textOf(first: number, last: number): string {
    return textOf(this.pieces, first, last);
  }
}

/** Tokens that two texts begin with alike. */
function inCommon(a: Sequence<string>, b: Sequence<string>): number {
  const most = Math.min(a.length, b.length);
  let n = 0;
  while (n < most && a.at(n) === b.at(n)) n++;
  return n;
}
