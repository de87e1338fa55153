/** What happens in a story, as numbers. */
import { type Operation, VERBS } from './words';

/** "She buys 23 more": which verb of VERBS, and its number (the factor of "doubles" is 2). */
export interface Move {
  readonly verb: string;
  readonly n: number;
}

/** What a problem is made of; also its `facts`. */
export type Story = {
  readonly who: string;
  readonly thing: string;
  readonly start: number;
  readonly moves: readonly Move[];
  /** Number of moves. */
  readonly depth: number;
};

export const verbOf = ({ verb }: Move) => VERBS.find((v) => v.verb === verb) as (typeof VERBS)[number];

export const applied = (operation: Operation, total: number, n: number): number =>
  operation === '+' ? total + n : operation === '-' ? total - n : total * n;

/** The total after each move, the start before them. */
export function totalsOf({ start, moves }: Pick<Story, 'start' | 'moves'>): number[] {
  const totals = [start];
  for (const move of moves) totals.push(applied(verbOf(move).operation, totals[totals.length - 1], move.n));
  return totals;
}
