/** What an operation's cases are made of: numbers, the operation recorded on them, and what must come out. */
import type { Recorder } from '../../gpu/recorder';
import type { Arena, Tensor } from '../../gpu/tensor';

export interface Tolerance {
  atol?: number;
  rtol?: number;
  /** Why this tolerance and no smaller one. */
  why: string;
}

/** Nothing is computed, or only what every f32 unit computes alike. */
export const EXACT: Tolerance = { why: 'a copy is exact' };

/** One output of a case. */
export interface Check {
  readonly name: string;
  readonly got: Tensor;
  readonly want: ArrayLike<number>;
  readonly tolerance: Tolerance;
  /** What the output holds; f32 by default. */
  readonly kind?: 'f32' | 'u32';
  /** The output has rows of `of` values, of which this check is about the one at `at`. */
  readonly column?: { at: number; of: number };
}

/** What a case gets to work with. */
export interface Bench {
  readonly r: Recorder;
  put(data: ArrayLike<number>, kind?: 'f32' | 'u32'): Tensor;
  /** n values of 1e30: what a kernel leaves out shows, and so does what it writes behind the end. */
  poisoned(n: number): Tensor;
}

/** One operation at one shape. `record` puts inputs, records dispatches, and waits for nothing. */
export interface Case {
  readonly name: string;
  record(b: Bench): Check[];
}

/** A folder of src/kernels as the self-test and the tests see it. */
export interface Operation {
  readonly name: string;
  /** Small, odd shapes, which the self-test runs on every user's adapter. */
  readonly small: readonly Case[];
  /** Sizes that bite, for the tests: one more and one less than a tile, no multiple of four, many rows. */
  readonly large: readonly Case[];
}

/** Cases of one operation, named after their shapes: `swiglu N 3 F 7`. */
export function operation<S extends object>(
  name: string,
  { small, large, record }: { small: readonly S[]; large: readonly S[]; record(b: Bench, shape: S): Check[] },
): Operation {
  const cases = (shapes: readonly S[]): Case[] =>
    shapes.map((shape) => ({ name: `${name} ${label(shape)}`, record: (b) => record(b, shape) }));
  return { name, small: cases(small), large: cases(large) };
}

/** Several operations that share a folder. */
export const together = (name: string, parts: readonly Operation[]): Operation => ({
  name,
  small: parts.flatMap((part) => part.small),
  large: parts.flatMap((part) => part.large),
});

const label = (shape: object): string =>
  Object.entries(shape)
    .filter(([, value]) => value !== undefined && value !== false)
    .map(([key, value]) =>
      value === true ? key : `${key} ${typeof value === 'object' ? JSON.stringify(value) : value}`,
    )
    .join(' ');

/** Poison as an f32 holds it. */
export const POISON = Math.fround(1e30);

/** Numbers in [-1, 1] that look random, are the same everywhere and are exact in f32. */
export function wave(n: number, seed = 1): Float64Array {
  const values = new Float64Array(n); // a plain loop: the tests make millions, and typed arrays' `from` is ten times slower
  for (let i = 0; i < n; i++) values[i] = Math.fround(Math.sin(12.9898 * (i + 1) + 78.233 * seed));
  return values;
}

/** Tensors from `arena`; they live until it is destroyed. */
export function makeBench(arena: Arena, r: Recorder): Bench {
  let id = 0;
  const put: Bench['put'] = (data, kind = 'f32') => {
    const t = arena.tensor({ label: `case.${id++}`, shape: [Math.max(1, data.length)], purpose: 'scratch' });
    r.write(t, kind === 'f32' ? new Float32Array(data) : new Uint32Array(data));
    return t;
  };
  return { r, put, poisoned: (n) => put(new Float32Array(n).fill(POISON)) };
}

/** Records the reading back of what a check is about. */
export async function readBack(r: Recorder, { got, want, kind, column }: Check): Promise<Float32Array | Uint32Array> {
  const { at, of } = column ?? { at: 0, of: 1 };
  const all = await (kind === 'u32' ? r.readU32(got, want.length * of) : r.readF32(got, want.length * of));
  return column ? all.filter((_, i) => i % of === at) : all;
}

/** Where two arrays differ by more than is allowed. */
export interface Difference {
  /** How many entries, and the one that exceeds its allowance most. */
  count: number;
  worst: number;
  error: number;
  allowed: number;
}

/** Null where every entry is within `tolerance` of what is wanted. NaN never is. */
export function compare(
  got: ArrayLike<number>,
  want: ArrayLike<number>,
  { atol = 0, rtol = 0 }: Tolerance,
): Difference | null {
  let found: Difference | null = null;
  let excess = -1;
  for (let i = 0; i < want.length; i++) {
    const error = Math.abs(got[i] - want[i]);
    const allowed = atol + rtol * Math.abs(want[i]);
    if (error <= allowed) continue;
    const over = Number.isNaN(error) ? Number.POSITIVE_INFINITY : error / Math.max(allowed, 1e-300);
    const count: number = (found?.count ?? 0) + 1;
    if (found === null || over > excess) {
      excess = over;
      found = { count, worst: i, error, allowed };
    } else found.count = count;
  }
  return found;
}

/** A difference in words. */
export function explain(
  { name, want, tolerance }: Pick<Check, 'name' | 'want' | 'tolerance'>,
  got: ArrayLike<number>,
  { count, worst, error, allowed }: Difference,
): string {
  const [x, y] = [got[worst], want[worst]].map((v) => Number(v).toPrecision(7));
  const bound = `err ${error.toExponential(1)}, allowed ${allowed.toExponential(1)}: ${tolerance.why}`;
  return `${name}: ${count} of ${want.length} differ; worst [${worst}] got ${x} want ${y} (${bound})`;
}
