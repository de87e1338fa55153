import { gather } from '../embedding/reference';
import { type Bench, type Check, EXACT, operation, together, wave } from '../self-test/case';
import { makeWeight } from '../weight-format/cases';
import { WEIGHT_FORMATS, type WeightFormat } from '../weight-format/weight-format';
import { decodeBegin, kvAppend, kvFill } from './kv-cache';
import * as reference from './reference';

/** R rows of P positions, K key heads and H query heads of D channels. */
interface Cache {
  P: number;
  H: number;
  K: number;
  D: number;
}

const shapeOf = ({ P, H, K, D }: Cache) => ({ P, KD: K * D, stride: (H + 2 * K) * D });

const both = (
  t: { cacheK: Check['got']; cacheV: Check['got'] },
  want: { cacheK: Float64Array; cacheV: Float64Array },
) => (['cacheK', 'cacheV'] as const).map((name) => ({ name, got: t[name], want: want[name], tolerance: EXACT }));

/**
 * Caches for kernels that fill them while decoding: token n goes to positions[n] of row N − n. `filled` tells what is in them
 * then, given every token's key (N,K,D) and the rows x of `stride` columns that end with its value.
 */
export function decodingCaches({ put }: Bench, cache: Omit<Cache, 'H'> & { positions: number[]; stride: number }) {
  const { P, K, D, positions, stride } = cache;
  const rows = positions.map((_, n) => positions.length - n);
  const before = wave((positions.length + 1) * P * K * D, 7);
  const t = { rows: put(rows, 'u32'), cacheK: put(before), cacheV: put(before) };
  const filled = (k: ArrayLike<number>, x: ArrayLike<number>, tolerance: Check['tolerance']): Check[] => {
    const from = { k, qkv: x, cacheK: before, cacheV: before, rows, positions };
    return both(t, reference.append(from, { P, KD: K * D, stride })).map((check) => ({ ...check, tolerance }));
  };
  return { t, filled };
}

/** Slot b writes to positions[b] of row B − b; row 0 is nobody's. */
function recordAppend({ r, put }: Bench, { positions, ...cache }: Cache & { positions: number[] }): Check[] {
  const p = shapeOf(cache);
  const B = positions.length;
  const rows = positions.map((_, b) => B - b);
  const size = (B + 1) * p.P * p.KD;
  const [k, qkv, cacheK, cacheV] = [B * p.KD, B * p.stride, size, size].map((n, i) => wave(n, i));
  const t = {
    k: put(k),
    qkv: put(qkv),
    rows: put(rows, 'u32'),
    positions: put(positions, 'u32'),
    cacheK: put(cacheK),
    cacheV: put(cacheV),
  };
  kvAppend(r, t, { ...p, B });
  return both(t, reference.append({ k, qkv, cacheK, cacheV, rows, positions }, p));
}

/** Row r continues the prompt spans[r] = [start, length]; rows may share one. */
function recordFill({ r, put }: Bench, { spans, ...cache }: Cache & { spans: [number, number][] }): Check[] {
  const p = shapeOf(cache);
  const R = spans.length;
  const N = Math.max(...spans.map(([start, length]) => start + length));
  const size = R * p.P * p.KD;
  const [k, qkv, cacheK, cacheV] = [N * p.KD, N * p.stride, size, size].map((n, i) => wave(n, i));
  const t = { k: put(k), qkv: put(qkv), spans: put(spans.flat(), 'u32'), cacheK: put(cacheK), cacheV: put(cacheV) };
  kvFill(r, t, { ...p, R, longest: Math.max(...spans.map(([, length]) => length)) });
  return both(t, reference.fill({ k, qkv, cacheK, cacheV, spans }, p));
}

/** B of R rows go on; each has its last token, of V, and its position. */
interface Begin {
  B: number;
  V: number;
  C: number;
  format?: WeightFormat;
  cuts?: readonly number[];
}

function recordBegin(b: Bench, { B, V, C, format = 'f32', cuts }: Begin): Check[] {
  const R = B + 2;
  const rows = Array.from({ length: B }, (_, slot) => R - 1 - slot);
  const state = Array.from({ length: R }, (_, row) => [(row * 5 + 1) % V, row + 3, 2, 0]).flat();
  const table = makeWeight(b, { rows: V, columns: C, format, cuts });
  const t = {
    table: table.weight,
    rows: b.put(rows, 'u32'),
    state: b.put(state, 'u32'),
    x: b.poisoned(B * C),
    positions: b.put(new Uint32Array(B + 1).fill(9999), 'u32'),
  };
  decodeBegin(b.r, t, { B, C });
  const ids = rows.map((row) => state[4 * row]);
  const want = [...rows.map((row) => state[4 * row + 1]), 9999];
  const rounded = { rtol: 1e-6, atol: 1e-6, why: 's q + m in f32' };
  return [
    { name: 'x', got: t.x, want: gather(table.values, ids, C), tolerance: format.startsWith('q') ? rounded : EXACT },
    { name: 'positions', got: t.positions, want, tolerance: EXACT, kind: 'u32' },
  ];
}

export const KV_CACHE = together('kv-cache', [
  operation<Cache & { positions: number[] }>('kv-append', {
    small: [{ P: 5, H: 2, K: 1, D: 4, positions: [4, 0] }],
    large: [
      { P: 9, H: 4, K: 2, D: 16, positions: [0, 8, 3, 3, 1] },
      { P: 2, H: 3, K: 3, D: 12, positions: Array.from({ length: 65 }, (_, b) => b % 2) },
    ],
    record: recordAppend,
  }),
  operation<Cache & { spans: [number, number][] }>('kv-fill', {
    small: [
      {
        P: 5,
        H: 2,
        K: 1,
        D: 4,
        spans: [
          [3, 2],
          [0, 3],
          [3, 2],
        ],
      },
    ],
    large: [
      {
        P: 40,
        H: 4,
        K: 2,
        D: 16,
        spans: [
          [0, 37],
          [37, 1],
          [0, 37],
          [38, 40],
        ],
      },
      { P: 70, H: 1, K: 1, D: 4, spans: Array.from({ length: 33 }, (_, row) => [row, 1 + 2 * row]) },
    ],
    record: recordFill,
  }),
  operation<Begin>('decode-begin', {
    small: WEIGHT_FORMATS.map((format) => ({ B: 3, V: 5, C: 32, format, cuts: [2] })),
    large: [
      { B: 1, V: 2, C: 1 },
      { B: 65, V: 11, C: 37 },
      ...WEIGHT_FORMATS.map((format) => ({ B: 40, V: 150, C: 96, format, cuts: [64, 128] })),
    ],
    record: recordBegin,
  }),
]);
