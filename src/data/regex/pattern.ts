/** A pattern of a file in the place of JavaScript's RegExp, with a count of its steps: what `@huggingface/tokenizers` calls on one. */
import type { Effort } from '../effort';
import { compile } from './program';
import { type Span, search } from './search';

export class Pattern {
  readonly flags = 'gu';
  private readonly spans: (text: string) => Iterable<Span>;

  /** `what`: an expression in JavaScript's grammar, or a text. Throws SyntaxError. */
  constructor(what: { readonly regex: string } | { readonly text: string }, effort: Effort) {
    if ('text' in what) this.spans = (text) => occurrences(text, what.text);
    else {
      const program = compile(what.regex);
      this.spans = (text) => search(program, text, effort);
    }
  }

  [Symbol.match](text: string): string[] | null {
    const found = Array.from(this.spans(text), ({ index, end }) => text.slice(index, end));
    return found.length > 0 ? found : null;
  }

  *[Symbol.matchAll](text: string): Generator<{ readonly 0: string; readonly index: number }> {
    for (const { index, end } of this.spans(text)) yield { 0: text.slice(index, end), index };
  }

  /** What lies between the matches: groups in parentheses add nothing. */
  [Symbol.split](text: string): string[] {
    const parts: string[] = [];
    let from = 0;
    for (const { index, end } of this.spans(text)) {
      parts.push(text.slice(from, index));
      from = end;
    }
    return [...parts, text.slice(from)];
  }

  /** `content` is put in as it is, as `tokenizers` does: "$1" is no group. */
  [Symbol.replace](text: string, content: string): string {
    return this[Symbol.split](text).join(content);
  }
}

function* occurrences(text: string, wanted: string): Generator<Span> {
  for (let index = text.indexOf(wanted); index >= 0; index = text.indexOf(wanted, index + wanted.length))
    yield { index, end: index + wanted.length };
}
