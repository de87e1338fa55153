/**
 * A regular expression as a graph of states (Thompson 1968). JavaScript's grammar with the flag u; back-references and
 * modifiers are refused: the first cannot be matched in linear time, nothing in the field has the second.
 */
import { type AST, RegExpParser } from '@eslint-community/regexpp';
import { BOUNDS } from '../bounds';

export type State =
  /** One character of a set, then `next`. */
  | { readonly op: 'character'; readonly set: CharacterSet; readonly next: number }
  /** `first` is tried before `second`; `mark` numbers such states. */
  | { readonly op: 'split'; first: number; second: number; readonly mark: number }
  /** Where the `look` of the program holds, or does not. */
  | { readonly op: 'look'; readonly look: number; readonly negate: boolean; readonly next: number }
  | { readonly op: 'edge'; readonly end: boolean; readonly next: number }
  | { readonly op: 'match' };

/** What must match ahead of or behind a position. */
export interface Look {
  readonly start: number;
  /** Its states walk against the direction in which it looks: the positions where they end are those where it holds. */
  readonly back: boolean;
}

export interface Program {
  readonly states: readonly State[];
  readonly looks: readonly Look[];
  readonly start: number;
  readonly splits: number;
}

/** Throws SyntaxError for a pattern that is not JavaScript's, is too large, or needs more than linear time. */
export function compile(source: string): Program {
  if (source.length > BOUNDS.pattern)
    throw new SyntaxError(`a pattern of ${source.length} characters, of ${BOUNDS.pattern} at most`);
  const pattern = new RegExpParser({ ecmaVersion: 2024 }).parsePattern(source, 0, source.length, { unicode: true });
  const compiler = new Compiler();
  const start = compiler.alternatives(pattern.alternatives, compiler.add({ op: 'match' }), false);
  return { states: compiler.states, looks: compiler.looks, start, splits: compiler.splits };
}

class Compiler {
  readonly states: State[] = [];
  readonly looks: Look[] = [];
  private readonly sets = new Map<string, CharacterSet>();
  splits = 0;
  private visited = 0;

  add(state: State): number {
    if (this.states.length >= BOUNDS.patternStates)
      throw new SyntaxError(`a pattern of more than ${BOUNDS.patternStates} states`);
    return this.states.push(state) - 1;
  }

  /** Each part gives the state that it begins with, for the one that follows it; `back`: against the text's direction. */
  alternatives(list: readonly AST.Alternative[], next: number, back: boolean): number {
    const starts = list.map(({ elements }) => {
      const inOrder = back ? elements : [...elements].reverse();
      return inOrder.reduce((after, element) => this.element(element, after, back), next);
    });
    return starts.reduceRight((second, first) => this.split(first, second));
  }

  private split(first: number, second: number): number {
    return this.add({ op: 'split', first, second, mark: this.splits++ });
  }

  private element(element: AST.Element, next: number, back: boolean): number {
    // Repetitions of nothing add no states.
    if (++this.visited > 8 * BOUNDS.patternStates) throw new SyntaxError('a pattern with too many repetitions');
    switch (element.type) {
      case 'Group':
        if (element.modifiers) throw new SyntaxError('modifiers in a pattern');
        return this.alternatives(element.alternatives, next, back);
      case 'CapturingGroup':
        return this.alternatives(element.alternatives, next, back);
      case 'Quantifier':
        return this.repeated(element, next, back);
      case 'Assertion':
        return this.assertion(element, next);
      case 'Character':
      case 'CharacterClass':
      case 'CharacterSet':
        return this.add({ op: 'character', set: this.set(element.raw), next });
      default:
        throw new SyntaxError('a back-reference in a pattern');
    }
  }

  private repeated({ element, min, max, greedy }: AST.Quantifier, next: number, back: boolean): number {
    let after = next;
    if (max === Number.POSITIVE_INFINITY) {
      after = this.split(next, next);
      const loop = this.states[after] as Extract<State, { op: 'split' }>;
      const body = this.element(element, after, back);
      if (greedy) loop.first = body;
      else loop.second = body;
    } else {
      for (let i = min; i < max; i++) {
        const body = this.element(element, after, back);
        after = greedy ? this.split(body, next) : this.split(next, body);
      }
    }
    for (let i = 0; i < min; i++) after = this.element(element, after, back);
    return after;
  }

  private assertion(assertion: AST.Assertion, next: number): number {
    if (assertion.kind === 'word') throw new SyntaxError('a boundary of ASCII words in a pattern');
    if (!('alternatives' in assertion)) return this.add({ op: 'edge', end: assertion.kind === 'end', next });
    const back = assertion.kind === 'lookahead';
    const start = this.alternatives(assertion.alternatives, this.add({ op: 'match' }), back);
    const look = this.looks.push({ start, back }) - 1;
    return this.add({ op: 'look', look, negate: assertion.negate, next });
  }

  private set(raw: string): CharacterSet {
    const known = this.sets.get(raw) ?? new CharacterSet(raw);
    this.sets.set(raw, known);
    return known;
  }
}

/** A set of characters as it is written in a pattern: a letter, a class, a property. JavaScript itself tells its members. */
class CharacterSet {
  private readonly one: RegExp;
  /** 1 in, 0 out, -1 not asked yet. */
  private readonly ascii = new Int8Array(128).fill(-1);
  private readonly others = new Map<number, boolean>();

  constructor(raw: string) {
    this.one = new RegExp(`^${raw}$`, 'u');
  }

  has(point: number): boolean {
    if (point < 128) {
      if (this.ascii[point] < 0) this.ascii[point] = Number(this.one.test(String.fromCharCode(point)));
      return this.ascii[point] === 1;
    }
    let member = this.others.get(point);
    if (member === undefined) {
      member = this.one.test(String.fromCodePoint(point));
      this.others.set(point, member);
    }
    return member;
  }
}
