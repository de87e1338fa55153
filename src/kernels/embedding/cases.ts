import { type Bench, type Check, EXACT, operation, POISON, together, wave } from '../self-test/case';
import { makeWeight } from '../weight-format/cases';
import { WEIGHT_FORMATS, type WeightFormat } from '../weight-format/weight-format';
import { embeddingBackward, embeddingForward, scatterRows, sortIds } from './embedding';
import * as reference from './reference';

/** N tokens out of V rows of C; `cuts`: the rows before which the table is cut into pieces. */
interface Shape {
  N: number;
  V: number;
  C: number;
  format?: WeightFormat;
  cuts?: readonly number[];
}

const idsOf = ({ N, V }: Shape) => Uint32Array.from({ length: N }, (_, n) => (n * 7 + (n % 3)) % V);

/** What reading a stored value rounds. */
const READING = {
  f32: EXACT,
  bf16: EXACT,
  f16: EXACT,
  q8: { rtol: 1e-7, why: 's q in f32, rounded once' },
  q4: { atol: 1e-6, rtol: 1e-6, why: 's q + m in f32' },
};

function record(b: Bench, shape: Shape): Check[] {
  const { N, V, C, format = 'f32', cuts } = shape;
  const { r, put, poisoned } = b;
  const ids = idsOf(shape);
  const table = makeWeight(b, { rows: V, columns: C, format, cuts });
  const y = poisoned(N * C);
  embeddingForward(r, { table: table.weight, ids: put(ids, 'u32'), y }, { N, C });
  return [{ name: 'y', got: y, want: reference.gather(table.values, ids, C), tolerance: READING[format] }];
}

function recordBackward(b: Bench, shape: Shape): Check[] {
  const { N, V, C, cuts } = shape;
  const { r, put } = b;
  const ids = idsOf(shape);
  const { order, runs } = sortIds(ids);
  const dy = wave(N * C, 8);
  const before = makeWeight(b, { rows: V, columns: C, cuts });
  const t = { dy: put(dy), order: put(order, 'u32'), runs: put(runs, 'u32'), dTable: before.weight };
  embeddingBackward(r, t, { J: runs.length / 3, C });
  const want = reference.scatterAdd(Float64Array.from(before.values), dy, ids, C);
  return before.weight.pieces.map(({ data, first, rows }) => ({
    name: `dTable from row ${first}`,
    got: data,
    want: want.subarray(first * C, (first + rows) * C),
    tolerance: { atol: 1e-6 * N + 1e-6, rtol: 1e-5, why: `f32 sum of up to ${N}` },
  }));
}

/** Rows go to every other place; what lies between must stay as it is. */
function recordScatter({ r, put, poisoned }: Bench, { N, C }: { N: number; C: number }): Check[] {
  const x = wave(N * C, 9);
  const ids = Uint32Array.from({ length: N }, (_, n) => 2 * (N - 1 - n) + 1);
  const y = poisoned(2 * N * C);
  scatterRows(r, { x: put(x), ids: put(ids, 'u32'), y }, { N, C });
  const want = new Float64Array(2 * N * C).fill(POISON);
  ids.forEach((id, n) => {
    want.set(x.subarray(n * C, (n + 1) * C), id * C);
  });
  return [{ name: 'y', got: y, want, tolerance: EXACT }];
}

const SIZES: Shape[] = [
  { N: 1, V: 11, C: 1 },
  { N: 1, V: 11, C: 64 },
  { N: 63, V: 11, C: 20 },
  { N: 65, V: 11, C: 37 },
  { N: 1500, V: 11, C: 24 },
  { N: 3, V: 11, C: 1000 },
  { N: 200, V: 150, C: 20, cuts: [64, 128] },
];

export const EMBEDDING = together('embedding', [
  operation<Shape>('embedding', {
    small: WEIGHT_FORMATS.map((format) => ({ N: 4, V: 5, C: 32, format, cuts: [3] })),
    large: [...SIZES, ...WEIGHT_FORMATS.map((format) => ({ N: 65, V: 70, C: 96, format, cuts: [64] }))],
    record,
  }),
  operation<Shape>('embedding, backward', {
    small: [{ N: 7, V: 5, C: 6, cuts: [3] }],
    large: SIZES,
    record: recordBackward,
  }),
  operation('scatter-rows', {
    small: [{ N: 4, C: 6 }],
    large: [
      { N: 1, C: 1 },
      { N: 63, C: 20 },
      { N: 65, C: 37 },
      { N: 1500, C: 24 },
    ],
    record: recordScatter,
  }),
]);
