/** Cases of products in parts of wider matrices: rows and columns of b and c, and columns that adapters add to. */
import { type Bench, type Check, operation, POISON, together, wave } from '../self-test/case';
import { makeWeight } from '../weight-format/cases';
import type { WeightFormat } from '../weight-format/weight-format';
import { linearForward } from './linear';
import { type AdapterTerms, type MatmulCall, matmul } from './matmul';
import * as reference from './reference';

/** Values behind c that no kernel may touch. */
export const BEHIND = 8;

export const sumOf = (K: number, most = 1) => ({
  atol: (1e-6 * K + 1e-6) * Math.max(1, most),
  why: `f32 sum over ${K} products of at most ${Math.max(1, most)}`,
});

/** b and c are rows and columns of wider matrices. */
interface Placed {
  layout: MatmulCall['layout'];
  M: number;
  N: number;
  K: number;
  bRow: number;
  bWidth: number;
  bFrom: number;
  cRow: number;
  cWidth: number;
  cFrom: number;
}

function recordPlaced({ r, put }: Bench, s: Placed): Check[] {
  const { layout, M, N, K, bRow, bWidth, bFrom, cRow, cWidth, cFrom } = s;
  const [rows, columns] = layout === 'NT' ? [N, K] : [K, N];
  const a = wave(M * K, 1);
  const whole = wave((bRow + rows) * bWidth, 2);
  const b = Float64Array.from({ length: rows * columns }, (_, i) => {
    return whole[(bRow + Math.floor(i / columns)) * bWidth + bFrom + (i % columns)];
  });
  const start = wave((cRow + M) * cWidth + BEHIND, 3);
  const c = put(start);
  const want = start.slice();
  reference.product(layout, a, b, { M, N, K }).forEach((v, i) => {
    want[(cRow + Math.floor(i / N)) * cWidth + cFrom + (i % N)] += 0.5 * v;
  });
  const [bColumns, cColumns] = [
    { from: bFrom, width: bWidth },
    { from: cFrom, width: cWidth },
  ];
  const places = { bColumns, bRow, cColumns, cRow, accumulate: true, alpha: 0.5 };
  matmul(r, { layout, a: put(a), b: put(whole), c, M, N, K, ...places });
  return [{ name: 'c', got: c, want, tolerance: sumOf(K) }];
}

/** A weight (rows, columns) cut into pieces, with adapters on the parts of it that have a rank. */
interface Adapted {
  M: number;
  columns: number;
  rank: number;
  /** Rows of each part, and whether it has an adapter. */
  parts: readonly (readonly [rows: number, adapted: boolean])[];
  cuts: readonly number[];
  format?: WeightFormat;
  to?: 'c + addend' | 'c + bias';
}

function recordAdapted(bench: Bench, { M, columns, rank, parts, cuts, format, to }: Adapted): Check[] {
  const { r, put, poisoned } = bench;
  const rows = parts.reduce((n, [own]) => n + own, 0);
  const adapted = parts.filter(([, has]) => has);
  const width = rank * adapted.length;
  const { weight: w, values } = makeWeight(bench, { rows, columns, cuts, format });
  const [x, h, addend, bias] = [wave(M * columns, 1), wave(M * width, 2), wave(M * rows, 3), wave(rows, 4)];
  const up = wave(adapted.reduce((n, [own]) => n + own, 0) * rank, 5);
  const scale = 0.5;
  const want = reference.product('NT', x, values, { M, N: rows, K: columns });
  const terms: AdapterTerms['parts'][number][] = [];
  let [end, row, column] = [0, 0, 0];
  for (const [own, has] of parts) {
    for (let m = 0; m < M; m++)
      for (let n = end; n < end + own; n++) {
        const at = m * rows + n;
        for (let k = 0; has && k < rank; k++)
          want[at] += scale * h[m * width + column + k] * up[(row + n - end) * rank + k];
        want[at] += to === 'c + addend' ? addend[at] : to === 'c + bias' ? bias[n] : 0;
      }
    end += own;
    terms.push({ end, rank: has ? rank : 0, column, row });
    if (has) [row, column] = [row + own, column + rank];
  }
  const y = poisoned(M * rows + BEHIND);
  const adapters = { h: put(h), width, up: put(up), scale, parts: terms };
  const more = {
    addend: to === 'c + addend' ? put(addend) : undefined,
    bias: to === 'c + bias' ? put(bias) : undefined,
  };
  linearForward(r, { x: put(x), w, y, adapters, ...more }, { M });
  const tolerance = {
    atol: format ? 5e-5 : sumOf(columns + rank, 3).atol,
    why: `f32 sum over ${columns + rank} products`,
  };
  return [{ name: 'y', got: y, want: [...want, ...new Array(BEHIND).fill(POISON)], tolerance }];
}

export const MATMUL_PLACED = together('matmul', [
  operation<Adapted>('adapted', {
    small: [
      // all of q, k and v; q and v; one of gate and up: parts that no block divides
      {
        M: 13,
        columns: 20,
        rank: 4,
        parts: [
          [36, true],
          [12, true],
          [12, true],
        ],
        cuts: [],
        to: 'c + bias',
      },
      {
        M: 3,
        columns: 20,
        rank: 3,
        parts: [
          [10, true],
          [7, false],
          [7, true],
        ],
        cuts: [],
      },
    ],
    large: [
      {
        M: 70,
        columns: 64,
        rank: 8,
        parts: [
          [60, false],
          [60, true],
        ],
        cuts: [64],
        to: 'c + addend',
      },
      { M: 66, columns: 64, rank: 5, parts: [[132, true]], cuts: [64, 128] },
      {
        M: 7,
        columns: 64,
        rank: 4,
        parts: [
          [64, true],
          [64, true],
        ],
        cuts: [],
        format: 'q4',
      },
      {
        M: 66,
        columns: 64,
        rank: 4,
        parts: [
          [40, true],
          [20, false],
          [20, true],
        ],
        cuts: [],
        format: 'bf16',
      },
      {
        M: 5,
        columns: 7,
        rank: 2,
        parts: [
          [9, true],
          [2, true],
        ],
        cuts: [],
      },
    ],
    record: recordAdapted,
  }),
  operation<Placed>('matmul', {
    small: [{ layout: 'NN', M: 13, N: 8, K: 12, bRow: 8, bWidth: 20, bFrom: 4, cRow: 4, cWidth: 16, cFrom: 8 }],
    large: [
      { layout: 'NN', M: 13, N: 6, K: 12, bRow: 3, bWidth: 6, bFrom: 0, cRow: 0, cWidth: 18, cFrom: 6 },
      { layout: 'NN', M: 65, N: 40, K: 12, bRow: 4, bWidth: 44, bFrom: 4, cRow: 1, cWidth: 48, cFrom: 4 },
      { layout: 'TN', M: 12, N: 8, K: 70, bRow: 0, bWidth: 24, bFrom: 16, cRow: 5, cWidth: 8, cFrom: 0 },
      { layout: 'TN', M: 12, N: 5, K: 13, bRow: 0, bWidth: 15, bFrom: 5, cRow: 7, cWidth: 5, cFrom: 0 },
      { layout: 'NT', M: 65, N: 4, K: 20, bRow: 4, bWidth: 20, bFrom: 0, cRow: 0, cWidth: 12, cFrom: 4 },
      { layout: 'NT', M: 3, N: 4, K: 20, bRow: 4, bWidth: 20, bFrom: 0, cRow: 0, cWidth: 12, cFrom: 4 },
    ],
    record: recordPlaced,
  }),
]);
