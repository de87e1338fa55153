import { type Bench, type Check, operation, wave } from '../self-test/case';
import * as reference from './reference';
import { sumRows } from './sum-rows';

function record({ r, put }: Bench, shape: { K: number; C: number }): Check[] {
  const { K, C } = shape;
  const [partial, before] = [wave(K * C, 1), wave(C, 2)];
  const out = put(before);
  sumRows(r, { partial: put(partial), out }, shape);
  const want = reference.sumRows(partial, shape).map((v, c) => v + before[c]);
  return [
    { name: 'out', got: out, want, tolerance: { atol: 1e-6 * K + 1e-6, why: `f32 sum of ${K} values of at most 1` } },
  ];
}

export const SUM_ROWS = operation('sum-rows', {
  small: [{ K: 3, C: 5 }],
  large: [
    { K: 1, C: 1 },
    { K: 64, C: 63 },
    { K: 64, C: 65 },
    { K: 2, C: 5000 },
  ],
  record,
});
