/**
 * Writes tokens straight into the DOM. Spans are kept: sampling appends to a text, scoring only sets attributes, so 64
 * rollouts of 60 tokens change in a few milliseconds. The blank that a token begins with stands before its tint, as words
 * are read; marks are drawn by the style sheet.
 */
import { BREAK_MARK } from './lines';
import type { Part } from './pieces';
import { type TintScale, tintOf } from './tint';

/** What is known of every token; one entry each. */
export interface Marks {
  /** What tints them, or null. */
  readonly values: ArrayLike<number> | null;
  readonly scale: TintScale;
  readonly u?: ArrayLike<number> | null;
  /** 1 where a token is learnt; the others are muted. */
  readonly learnt?: ArrayLike<number>;
}

interface Written {
  readonly token: number | null;
  readonly span: HTMLElement | null;
  readonly nodes: readonly ChildNode[];
}

export class Painter {
  private readonly written: Written[] = [];
  private marks: Marks | null = null;
  /** Parts that wear the marks. */
  private marked = 0;

  constructor(
    readonly host: HTMLElement,
    /** Whether its tokens can be walked through. */
    private readonly walkable: boolean,
  ) {}

  append(parts: readonly Part[]): void {
    for (const part of parts) {
      const entry = this.write(part);
      this.host.append(...entry.nodes);
      this.written.push(entry);
    }
  }

  /** Takes away `token` and all that follows. */
  truncate(token: number): void {
    const keep = this.written.findLastIndex((entry) => entry.token !== null && entry.token < token) + 1;
    if (keep === 0) this.host.replaceChildren();
    for (const { nodes } of this.written.splice(keep)) for (const node of nodes) node.remove();
    this.marked = Math.min(this.marked, keep);
  }

  /** Tints all tokens; those that wear the same marks cost nothing. */
  mark(marks: Marks): void {
    if (!this.marks || !same(this.marks, marks)) this.marked = 0;
    this.marks = marks;
    for (; this.marked < this.written.length; this.marked++) {
      const { token, span } = this.written[this.marked];
      if (token === null || span === null) continue;
      put(span, 'u', marks.u?.[token].toFixed(4));
      put(span, 'tint', marks.values ? String(tintOf(marks.values[token], marks.scale)) : undefined);
      put(span, 'learnt', marks.learnt && String(marks.learnt[token] === 1));
    }
  }

  spanOf(token: number): HTMLElement | null {
    return this.written.find((entry) => entry.token === token)?.span ?? null;
  }

  private write({ token, text, look, breaks }: Part): Written {
    const end = breaks ? [document.createTextNode('\n')] : [];
    if (token === null) return { token, span: null, nodes: [document.createTextNode(text), ...end] };
    const blank = look !== 'space' && text.startsWith(' ') ? [document.createTextNode(' ')] : [];
    const span = document.createElement('span');
    if (this.walkable) span.tabIndex = -1;
    span.textContent = blank.length > 0 ? text.slice(1) : text;
    span.dataset.token = String(token);
    if (look !== 'text') span.dataset.look = look;
    if (breaks) span.dataset.breaks = BREAK_MARK;
    return { token, span, nodes: [...blank, span, ...end] };
  }
}

function put({ dataset }: HTMLElement, name: string, value: string | undefined): void {
  if (value !== undefined) dataset[name] = value;
  else if (name in dataset) delete dataset[name];
}

const same = (a: Marks, b: Marks): boolean =>
  a.values === b.values &&
  a.u === b.u &&
  a.learnt === b.learnt &&
  a.scale.domain === b.scale.domain &&
  a.scale.scale === b.scale.scale;
