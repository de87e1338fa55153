/**
 * What a pickle of plain data holds: texts, numbers, lists, tuples (as lists) and dictionaries with texts as keys. It is read
 * and never run: an operation that names a class or calls something is refused, like any other that plain data do not need.
 */

import { BOUNDS } from '../bounds';

/** Lists of a pickle's own: values, and where the marks among them are. */
interface Reading {
  readonly view: DataView;
  at: number;
  readonly stack: unknown[];
  readonly marks: number[];
  readonly memo: Map<number, unknown>;
}

type Operation = (r: Reading) => void;

/** A number of so many bytes, low ones first. */
const taken = {
  1: (r: Reading) => r.view.getUint8(skip(r, 1)),
  2: (r: Reading) => r.view.getUint16(skip(r, 2), true),
  4: (r: Reading) => r.view.getUint32(skip(r, 4), true),
  8: (r: Reading) => Number(r.view.getBigUint64(skip(r, 8), true)),
};

function skip(r: Reading, bytes: number): number {
  const from = r.at;
  if (from + bytes > r.view.byteLength) throw new Error('they are cut off');
  r.at += bytes;
  return from;
}

const push = (value: (r: Reading) => unknown): Operation => {
  return (r) => void r.stack.push(value(r));
};

const textOf = (size: 1 | 4 | 8): Operation =>
  push((r) => {
    const length = taken[size](r);
    const { buffer, byteOffset } = r.view;
    const bytes = new Uint8Array(buffer, byteOffset + skip(r, length), length);
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  });

/** What lies on the stack after the last mark, taken off with it. */
const marked = (r: Reading): unknown[] => r.stack.splice(r.marks.pop() ?? Number.POSITIVE_INFINITY);
const popped = (r: Reading, count: number): unknown[] => r.stack.splice(Math.max(0, r.stack.length - count), count);

function append(r: Reading, values: readonly unknown[]): void {
  const list = r.stack.at(-1);
  if (!Array.isArray(list)) throw new Error('they are no pickle of plain data');
  for (const value of values) list.push(value);
}

function setItems(r: Reading, parts: readonly unknown[]): void {
  const record = r.stack.at(-1);
  if (typeof record !== 'object' || record === null || Array.isArray(record) || parts.length % 2 > 0)
    throw new Error('they are no pickle of plain data');
  for (let i = 0; i < parts.length; i += 2)
    Object.defineProperty(record, String(parts[i]), { value: parts[i + 1], enumerable: true, configurable: true });
}

const remember = (key: (r: Reading) => number): Operation => {
  return (r) => void r.memo.set(key(r), r.stack.at(-1));
};
const recalled = (size: 1 | 4): Operation =>
  push((r) => {
    const key = taken[size](r);
    if (!r.memo.has(key)) throw new Error('they are no pickle of plain data');
    return r.memo.get(key);
  });

/** By their codes, of protocols 2 to 5. */
const OPERATIONS: Readonly<Record<number, Operation>> = {
  128: (r) => void skip(r, 1), // PROTO
  149: (r) => void skip(r, 8), // FRAME
  140: textOf(1),
  88: textOf(4),
  141: textOf(8),
  75: push(taken[1]), // BININT1
  77: push(taken[2]), // BININT2
  74: push((r) => r.view.getInt32(skip(r, 4), true)), // BININT
  71: push((r) => r.view.getFloat64(skip(r, 8))), // BINFLOAT
  78: push(() => null),
  136: push(() => true),
  137: push(() => false),
  93: push(() => []), // EMPTY_LIST
  41: push(() => []), // EMPTY_TUPLE
  125: push(() => ({})), // EMPTY_DICT
  40: (r) => void r.marks.push(r.stack.length), // MARK
  97: (r) => append(r, popped(r, 1)), // APPEND
  101: (r) => append(r, marked(r)), // APPENDS
  115: (r) => setItems(r, popped(r, 2)), // SETITEM
  117: (r) => setItems(r, marked(r)), // SETITEMS
  116: push(marked), // TUPLE
  133: push((r) => popped(r, 1)), // TUPLE1
  134: push((r) => popped(r, 2)), // TUPLE2
  135: push((r) => popped(r, 3)), // TUPLE3
  148: remember(({ memo }) => memo.size), // MEMOIZE
  113: remember(taken[1]), // BINPUT
  114: remember(taken[4]), // LONG_BINPUT
  104: recalled(1), // BINGET
  106: recalled(4), // LONG_BINGET
};
const STOP = 46;

/** Throws Error for what is cut off, has too many values, or is more than plain data. */
export function pickledData(bytes: Uint8Array): unknown {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const r: Reading = { view, at: 0, stack: [], marks: [], memo: new Map() };
  for (let values = 0; ; values++) {
    const code = taken[1](r);
    if (code === STOP) break;
    if (values > BOUNDS.values) throw new Error(`they have more than ${BOUNDS.values} values`);
    const operation = OPERATIONS[code];
    if (!operation) throw new Error('they are a pickle of more than plain data');
    operation(r);
  }
  if (r.stack.length !== 1) throw new Error('they are no pickle of plain data');
  return r.stack[0];
}
