/**
 * Products in the variant in force. The tests run all of them in every variant. The self-test, since a software adapter
 * takes seconds to compile a variant, runs MATMUL_MORE in the variant in force, MATMUL in it and the tuner's other candidates,
 * and MATMUL_FEW in the rest.
 */
import { type Bench, type Check, operation, POISON, together, wave } from '../self-test/case';
import { makeWeight } from '../weight-format/cases';
import { WEIGHT_FORMATS, type WeightFormat } from '../weight-format/weight-format';
import { BEHIND, MATMUL_PLACED, sumOf } from './cases-placed';
import { linearBackward, linearForward, linearWeightBackward } from './linear';
import { type MatmulCall, matmul } from './matmul';
import * as reference from './reference';

interface Shape {
  layout: MatmulCall['layout'];
  M: number;
  N: number;
  K: number;
  /** What the product goes to: a fresh c by default. */
  to?: 'c += product' | 'c + addend' | 'c + bias';
  alpha?: number;
  /** a is columns of a wider matrix (NN, TN), c is (NT). */
  wide?: 'a' | 'c';
}

function record({ r, put }: Bench, { layout, M, N, K, to, alpha = 1, wide }: Shape): Check[] {
  const [rows, own] = layout === 'TN' ? [K, M] : [M, K];
  const aColumns = wide === 'a' ? { from: layout === 'TN' ? 4 : 8, width: own + 20 - (own % 4) } : undefined;
  const cColumns = wide === 'c' ? { from: 5, width: N + 7 } : undefined;
  const width = aColumns?.width ?? own;
  const whole = wave(rows * width, 1);
  const a = aColumns
    ? Float64Array.from(
        { length: rows * own },
        (_, i) => whole[Math.floor(i / own) * width + aColumns.from + (i % own)],
      )
    : whole;
  const b = wave(N * K, 2);
  const { from, width: ldc } = cColumns ?? { from: 0, width: N };
  const addend = to === 'c + addend' ? wave(M * ldc, 3) : null;
  const bias = to === 'c + bias' ? wave(ldc, 4) : null;
  const before = to === 'c += product' ? wave(M * ldc, 5) : null;
  const start = new Float64Array(M * ldc + BEHIND).fill(POISON);
  if (before) start.set(before);
  const c = put(start);
  const product = reference.product(layout, a, b, { M, N, K });
  const want = start.slice();
  for (let m = 0; m < M; m++)
    for (let n = 0; n < N; n++) {
      const i = m * ldc + from + n;
      const more = before?.[i] ?? addend?.[i] ?? bias?.[from + n] ?? 0;
      want[i] = alpha * product[m * N + n] + more;
    }
  const call: MatmulCall = { layout, a: put(whole), b: put(b), c, M, N, K, alpha, aColumns, cColumns };
  if (before) call.accumulate = true;
  if (addend) call.addend = put(addend);
  if (bias) call.bias = put(bias);
  matmul(r, call);
  return [{ name: 'c', got: c, want, tolerance: sumOf(K, alpha) }];
}

/** c = a bᵀ (NT) or a b (NN) with rows of b in a format. */
function recordStored(b: Bench, { layout, M, N, K, format }: Shape & { format: WeightFormat }): Check[] {
  const [rows, columns] = layout === 'NT' ? [N, K] : [K, N];
  const { weight, values } = makeWeight(b, { rows, columns, format });
  const a = wave(M * K, 20);
  const c = b.poisoned(M * N);
  matmul(b.r, { layout, a: b.put(a), b: weight.pieces[0], c, M, N, K });
  const want = reference.product(layout, a, values, { M, N, K });
  return [{ name: 'c', got: c, want, tolerance: { atol: 5e-5, why: `f32 sum over ${K} products of at most 3` } }];
}

/** A weight matrix (rows, columns) cut into pieces: y = x Wᵀ, dx = dy W, dW += dyᵀ x. */
interface Linear {
  M: number;
  rows: number;
  columns: number;
  cuts: readonly number[];
}

function recordLinear(b: Bench, { M, rows, columns, cuts }: Linear): Check[] {
  const { r, put, poisoned } = b;
  const { weight, values } = makeWeight(b, { rows, columns, cuts });
  const before = makeWeight(b, { rows, columns, cuts });
  const [x, dy, bias, stream] = [wave(M * columns, 1), wave(M * rows, 2), wave(rows, 3), wave(M * columns, 4)];
  const t = { x: put(x), dy: put(dy), y: poisoned(M * rows), dx: put(stream), w: weight, dw: before.weight };
  linearForward(r, { ...t, bias: put(bias) }, { M, alpha: 0.5 });
  linearBackward(r, t, { M, accumulate: true });
  linearWeightBackward(r, t, { M });
  const y = reference.product('NT', x, values, { M, N: rows, K: columns });
  const dx = reference.product('NN', dy, values, { M, N: columns, K: rows });
  const dw = reference.product('TN', dy, x, { M: rows, N: columns, K: M });
  return [
    { name: 'y', got: t.y, want: y.map((v, i) => 0.5 * v + bias[i % rows]), tolerance: sumOf(columns, 3) },
    { name: 'dx', got: t.dx, want: dx.map((v, i) => v + stream[i]), tolerance: sumOf(rows, 3) },
    ...before.weight.pieces.map(({ data, first, rows: own }) => ({
      name: `dW from row ${first}`,
      got: data,
      want: dw.subarray(first * columns, (first + own) * columns).map((v, i) => v + before.values[first * columns + i]),
      tolerance: sumOf(M),
    })),
  ];
}

const LAYOUTS = ['NT', 'NN', 'TN'] as const;
const GOALS = [undefined, 'c += product', 'c + addend', 'c + bias'] as const;
const SIZES = [
  [1, 1, 1],
  [1, 64, 64],
  [4, 80, 64],
  [5, 3, 7],
  [8, 32, 4],
  [12, 176, 20],
  [63, 20, 37],
  [64, 80, 64],
  [65, 36, 20],
  [65, 60, 20],
  [7, 129, 24],
  [257, 12, 176],
  [128, 64, 257],
  // few columns, as an adapter's rank is: whole in fours and not, and over a long K
  [12, 1, 8],
  [96, 8, 20],
  [36, 6, 180],
  [68, 16, 12],
  [20, 13, 260],
  [96, 24, 8],
];

export const MATMUL = operation<Shape>('matmul', {
  small: [
    // sizes that use the vector loads of the broadcast variant, and one that no variant's tile divides
    { layout: 'NT', M: 13, N: 36, K: 20 },
    { layout: 'NN', M: 13, N: 36, K: 20 },
    { layout: 'TN', M: 20, N: 36, K: 13 },
    { layout: 'NT', M: 5, N: 7, K: 9 },
    // few rows, few columns (an adapter's rank), many rows
    { layout: 'NT', M: 3, N: 9, K: 20 },
    { layout: 'NT', M: 20, N: 6, K: 12 },
    { layout: 'NN', M: 20, N: 6, K: 12 },
    { layout: 'TN', M: 20, N: 6, K: 13 },
    { layout: 'NT', M: 64, N: 60, K: 20 },
  ],
  large: [
    ...LAYOUTS.flatMap((layout) => SIZES.flatMap(([M, N, K]) => GOALS.map((to): Shape => ({ layout, M, N, K, to })))),
    // an adapter's gradients on one part of a fused projection, whole in fours and not (M of TN, K of NN)
    { layout: 'NN', M: 13, N: 8, K: 12, wide: 'a', alpha: 0.5 },
    { layout: 'NN', M: 13, N: 6, K: 7, wide: 'a', alpha: 0.5 },
    { layout: 'NN', M: 13, N: 40, K: 12, wide: 'a', alpha: 0.5 },
    { layout: 'TN', M: 12, N: 8, K: 13, wide: 'a', alpha: 0.5 },
    { layout: 'TN', M: 6, N: 8, K: 13, wide: 'a', alpha: 0.5 },
    { layout: 'TN', M: 6, N: 40, K: 13, wide: 'a', alpha: 0.5 },
    { layout: 'NT', M: 13, N: 9, K: 8, wide: 'c', alpha: 2, to: 'c += product' },
    { layout: 'NT', M: 70, N: 60, K: 8, wide: 'c', alpha: 2, to: 'c += product' },
  ],
  record,
});

/** For variants that the tuner does not try on an adapter, and which only a run that began elsewhere can bring there. */
export const MATMUL_FEW = operation<Shape>('matmul', {
  small: [
    { layout: 'NT', M: 13, N: 36, K: 20 },
    { layout: 'TN', M: 20, N: 36, K: 130 }, // K in two slices
    { layout: 'NT', M: 1, N: 9, K: 20 },
  ],
  large: [],
  record,
});

/** 128 tiles of 128 × 128: the tile variants take their large one where there are enough of them. */
export const MATMUL_LARGE_TILE = operation<Shape>('matmul', {
  small: [],
  large: [{ layout: 'NT', M: 16 * 128 - 5, N: 8 * 128 - 3, K: 3 }],
  record,
});

const STORED = WEIGHT_FORMATS.filter((format) => format !== 'f32');

export const MATMUL_MORE = together('matmul', [
  operation<Shape & { format: WeightFormat }>('matmul', {
    small: [
      ...STORED.flatMap((format) => [
        { layout: 'NT' as const, M: 3, N: 5, K: 64, format },
        { layout: 'NN' as const, M: 3, N: 64, K: 8, format },
      ]),
      // the broadcast variant has a block of its own for these
      { layout: 'NT', M: 66, N: 60, K: 32, format: 'q4' },
    ],
    large: STORED.map((format) => ({ layout: 'NN', M: 3, N: 64, K: 5, format })),
    record: recordStored,
  }),
  operation<Shape>('matmul', {
    // what becomes of c, as training has it: gradients add up, a residual or a bias is added
    small: [
      { layout: 'NT', M: 13, N: 36, K: 20, to: 'c + addend' },
      { layout: 'NT', M: 13, N: 36, K: 20, to: 'c + bias' },
      { layout: 'NT', M: 13, N: 36, K: 8, to: 'c += product', alpha: 2, wide: 'c' },
      { layout: 'NN', M: 13, N: 36, K: 20, to: 'c += product' },
      { layout: 'TN', M: 20, N: 36, K: 13, to: 'c += product' },
      { layout: 'TN', M: 20, N: 6, K: 13, to: 'c += product', alpha: 0.5, wide: 'a' },
    ],
    large: [],
    record,
  }),
  MATMUL_PLACED,
  operation<Linear>('linear', {
    small: [],
    large: [
      { M: 9, rows: 150, columns: 64, cuts: [64, 128] },
      { M: 70, rows: 68, columns: 32, cuts: [64] },
    ],
    record: recordLinear,
  }),
]);
