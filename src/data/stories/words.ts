/** The words of "stories": what a story and its solution are written with. */

export type Operation = '+' | '-' | '×';

/** What can happen in a story, and how the solution speaks of it. A move without a number says its factor. */
interface Verb {
  readonly verb: string;
  readonly gerund: string;
  readonly operation: Operation;
  /** "doubles", "triples". */
  readonly factor?: number;
}

export const VERBS = [
  { verb: 'buys', gerund: 'Buying', operation: '+' },
  { verb: 'finds', gerund: 'Finding', operation: '+' },
  { verb: 'gets', gerund: 'Getting', operation: '+' },
  { verb: 'wins', gerund: 'Winning', operation: '+' },
  { verb: 'sells', gerund: 'Selling', operation: '-' },
  { verb: 'loses', gerund: 'Losing', operation: '-' },
  { verb: 'drops', gerund: 'Dropping', operation: '-' },
  { verb: 'donates', gerund: 'Donating', operation: '-' },
  { verb: 'doubles', gerund: 'Doubling', operation: '×', factor: 2 },
  { verb: 'triples', gerund: 'Tripling', operation: '×', factor: 3 },
] as const satisfies readonly Verb[];

/** Who a story is about, with the pronoun of its sentences. */
export const PEOPLE = [
  ['Mia', 'She'],
  ['Ada', 'She'],
  ['Emmy', 'She'],
  ['Zoe', 'She'],
  ['Nora', 'She'],
  ['Ines', 'She'],
  ['Ben', 'He'],
  ['Leo', 'He'],
  ['Tom', 'He'],
  ['Omar', 'He'],
  ['Paul', 'He'],
  ['Yuki', 'He'],
] as const;

export const THINGS = [
  'apples',
  'books',
  'stamps',
  'shells',
  'marbles',
  'coins',
  'stickers',
  'pens',
  'beads',
  'tickets',
  'buttons',
  'stones',
] as const;

/** Numbers 0 … 255: totals stay under 130, slips of a careless solution may lead further. */
export const LARGEST_NUMBER = 255;
