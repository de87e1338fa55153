/** Which texts a model can be given: of characters that its tokenizer knows, without tokens that it has no row for. */
import { AddedTokenSplitter } from './added-tokens';
import { BadInput } from './errors';
import type { Problem, Tokenizer } from './types';

export class KnownTexts {
  private readonly rowless: ReadonlySet<string>;
  private readonly splitter: AddedTokenSplitter;

  constructor(private readonly tokenizer: Tokenizer) {
    this.rowless = new Set(tokenizer.withoutRow);
    this.splitter = new AddedTokenSplitter([...this.rowless].map((content, id) => [content, { content, id }]));
  }

  /** A text without such tokens: a model may have spelt one. */
  of(text: string): string {
    if (this.rowless.size === 0) return text;
    return this.splitter
      .split(text)
      .filter((piece) => !this.rowless.has(piece))
      .join('');
  }

  /** The problems with a text that cannot be encoded. Where every letter can, only what has such a token is tried. */
  others(problems: readonly Problem[]): Set<Problem> {
    const letters = new Set<string>();
    for (const problem of problems) for (const text of textsOf(problem)) for (const letter of text) letters.add(letter);
    const isKnown = this.encodes([...letters].join(''));
    const isSuspect = (text: string) => !isKnown || this.of(text) !== text;
    return new Set(problems.filter((p) => textsOf(p).some((text) => isSuspect(text) && !this.encodes(text))));
  }

  private encodes(text: string): boolean {
    try {
      this.tokenizer.encode(text);
      return true;
    } catch (error) {
      if (error instanceof BadInput) return false;
      throw error;
    }
  }
}

const textsOf = ({ question, solution, answer }: Problem): string[] => [question, solution ?? '', answer];
