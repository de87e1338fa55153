/** Cases of products that norm their rows first and gate what comes out, as decoding has them in the variant `tiles`. */
import { rmsNorm } from '../rms-norm/reference';
import { type Bench, type Check, operation, POISON, wave } from '../self-test/case';
import { swiglu } from '../swiglu/reference';
import { makeWeight } from '../weight-format/cases';
import { WEIGHT_FORMATS, type WeightFormat } from '../weight-format/weight-format';
import { BEHIND, sumOf } from './cases-placed';
import { linearForward } from './linear';
import * as reference from './reference';

interface Fused {
  M: number;
  rows: number;
  columns: number;
  format: WeightFormat;
  /** Not gated: with a bias. */
  gated: boolean;
  normed: boolean;
  cuts?: readonly number[];
}

function record(bench: Bench, { M, rows, columns, format, gated, normed, cuts }: Fused): Check[] {
  const { r, put, poisoned } = bench;
  const { weight: w, values } = makeWeight(bench, { rows, columns, format, cuts });
  const [x, gain, bias] = [wave(M * columns, 1), wave(columns, 2), wave(rows, 3)];
  const eps = 1e-5;
  const rowsOfX = normed ? rmsNorm(x, gain, { N: M, C: columns, eps }).y : x;
  const product = reference.product('NT', rowsOfX, values, { M, N: rows, K: columns });
  const want = gated ? swiglu(product, { N: M, F: rows / 2 }) : product.map((v, i) => v + bias[i % rows]);
  const y = poisoned(want.length + BEHIND);
  const norm = normed ? { w: put(gain), eps } : undefined;
  linearForward(r, { x: put(x), w, y, norm, bias: gated ? undefined : put(bias) }, { M, gated });
  const largest = (of: ArrayLike<number>) => Array.from(of).reduce((most, v) => Math.max(most, Math.abs(v)), 0);
  const sum = sumOf(columns, largest(rowsOfX) * largest(values));
  const tolerance = gated ? { atol: 2 * largest(product) * sum.atol, why: `a product of two: ${sum.why}` } : sum;
  return [{ name: 'y', got: y, want: [...want, ...new Array(BEHIND).fill(POISON)], tolerance }];
}

export const MATMUL_FUSED = operation<Fused>('fused', {
  small: [
    { M: 3, rows: 10, columns: 64, format: 'f32', gated: true, normed: true },
    { M: 1, rows: 9, columns: 32, format: 'q4', gated: false, normed: true },
  ],
  large: [
    ...WEIGHT_FORMATS.map((format): Fused => ({ M: 2, rows: 12, columns: 96, format, gated: true, normed: true })),
    { M: 8, rows: 6, columns: 1056, format: 'bf16', gated: true, normed: false },
    { M: 5, rows: 150, columns: 64, format: 'f32', gated: false, normed: true, cuts: [64, 128] },
  ],
  record,
});
