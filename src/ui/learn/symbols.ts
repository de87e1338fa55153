/** One sign for one thing: every symbol of the lessons, as the rest of the lab writes it. What each is: the words. */
export const SYMBOLS = {
  x: 'x',
  c: 'c',
  y: 'y',
  s: 's',
  t: 't',
  u: 'u',
  phi: 'φ',
  delta: 'δ',
  lambda: 'λ',
  A: 'A',
  r: 'r',
  H: 'H',
  S: 'S',
  T: 'T',
  P: 'P',
  i: 'i',
  n: 'n',
  e: 'e',
  epsilon: 'ε',
} as const;

export type SymbolName = keyof typeof SYMBOLS;
export const SYMBOL_NAMES = Object.keys(SYMBOLS) as readonly SymbolName[];

/** The symbol of a formula's letter, or null. */
export const symbolOf = (letter: string): SymbolName | null =>
  SYMBOL_NAMES.find((name) => SYMBOLS[name] === letter) ?? null;
