/**
 * The columns of a step's tokens, one type from the scores to the page: rollout after rollout, each a row of views.
 * Nats throughout; `phi` is the token's evidence (δ(u) in most methods) after mask and clamp, `term` what the method adds to the group's advantage, `advantage`
 * the whole that trains the token.
 */
import type { Scores } from '../model/net/scores';

export const COLUMNS = ['s', 't', 'u', 'H_S', 'H_T', 'phi', 'advantage', 'term'] as const;
export type ColumnName = (typeof COLUMNS)[number];

/** Columns that only some methods have. */
const SOMETIMES = ['w', 'v'] as const;
export type SometimesName = (typeof SOMETIMES)[number];

type Column = Float32Array<ArrayBuffer>;
interface Columns extends Record<ColumnName, Column> {
  /** Of methods that score wrong hints too: log of the token's mean probability under them. */
  w?: Column;
  /** Of methods with process rewards: the number of the token's step, from 1, with the sign of its verdict; 0 of none. */
  v?: Column;
}

/** The columns that are there, with their names. */
export const columnsIn = (columns: Columns): [name: ColumnName | SometimesName, values: Column][] => [
  ...COLUMNS.map((name): [ColumnName, Column] => [name, columns[name]]),
  ...SOMETIMES.flatMap((name): [SometimesName, Column][] => (columns[name] ? [[name, columns[name]]] : [])),
];

/** The columns of one rollout, an entry a token. */
export interface SignalRow extends Columns {
  ids: Uint32Array<ArrayBuffer>;
}

/** The columns of B rollouts, one behind the other. */
export interface TokenSignals extends SignalRow {
  /** First token of each rollout, and their number at the end: B + 1. */
  offsets: Uint32Array<ArrayBuffer>;
}

/** Columns for rollouts of these ids: all 0 but those that are given. */
export function newSignals(rows: readonly ArrayLike<number>[], given: Partial<Columns> = {}): TokenSignals {
  const offsets = new Uint32Array(rows.length + 1);
  for (const [i, row] of rows.entries()) offsets[i + 1] = offsets[i] + row.length;
  const total = offsets[rows.length];
  const ids = new Uint32Array(total);
  for (const [i, row] of rows.entries()) ids.set(row, offsets[i]);
  const columns = COLUMNS.map((name) => [name, given[name] ?? new Float32Array(total)]);
  return {
    offsets,
    ids,
    ...(Object.fromEntries(columns) as Columns),
    ...(given.w && { w: given.w }),
    ...(given.v && { v: given.v }),
  };
}

/**
 * The columns of scored rollouts, u among them; what the method adds is still 0, and without a teacher so are t and H_T.
 * The scores' arrays are taken over.
 */
export function signalsFrom(
  ids: readonly ArrayLike<number>[],
  student: Scores,
  teacher: Scores | null,
  w?: Column,
): TokenSignals {
  const s = student.logprob;
  const t = teacher?.logprob ?? new Float32Array(s.length);
  return newSignals(ids, { s, t, u: t.map((x, i) => x - s[i]), H_S: student.entropy, H_T: teacher?.entropy, w });
}

/** Tokens of each rollout. */
export const lengthsOf = ({ offsets }: TokenSignals): number[] =>
  Array.from(offsets.subarray(1), (x, i) => x - offsets[i]);

/** The columns of rollout i, as views. */
export function rowOf(signals: TokenSignals, i: number): SignalRow {
  const [first, end] = [signals.offsets[i], signals.offsets[i + 1]];
  const columns = columnsIn(signals).map(([name, values]) => [name, values.subarray(first, end)]);
  return { ids: signals.ids.subarray(first, end), ...Object.fromEntries(columns) } as SignalRow;
}

/** A copy with every value mapped. */
export function mapSignals(signals: TokenSignals, f: (x: number) => number): TokenSignals {
  const columns = columnsIn(signals).map(([name, values]) => [name, values.map(f)]);
  return { offsets: signals.offsets.slice(), ids: signals.ids.slice(), ...Object.fromEntries(columns) } as TokenSignals;
}

/** What a message hands over to the page with these columns: nothing of them stays here. */
export const buffersOf = (signals: TokenSignals): ArrayBuffer[] =>
  [signals.offsets, signals.ids, ...columnsIn(signals).map(([, values]) => values)].map((column) => column.buffer);

/** All rows, as views. */
export const rowsOf = (signals: TokenSignals): SignalRow[] =>
  Array.from({ length: signals.offsets.length - 1 }, (_, i) => rowOf(signals, i));
