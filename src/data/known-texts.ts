/** Which texts a model can be given: of characters that its tokenizer knows, without tokens that it has no row for. */
import { AddedTokenSplitter } from './added-tokens';
import type { Pace } from './breath';
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
  async others(problems: readonly Problem[], pace: Pace): Promise<Set<Problem>> {
    const letters = new Set<string>();
    for (const problem of problems) {
      for (const text of textsOf(problem)) for (const letter of text) letters.add(letter);
      await pace();
    }
    const isKnown = this.encodes([...letters].join(''));
    const isSuspect = (text: string) => !isKnown || this.of(text) !== text;
    const found = new Set<Problem>();
    for (const [i, problem] of problems.entries()) {
      if (textsOf(problem).some((text) => isSuspect(text) && !this.encodes(text))) found.add(problem);
      await pace(i, problems.length);
    }
    return found;
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
