import { NORM_CHUNKS } from '../rms-norm/rms-norm';
import { type Bench, type Check, operation, wave } from '../self-test/case';
import { biasBackward } from './bias';
import { biasGradient } from './reference';

function record({ r, put, poisoned }: Bench, shape: { N: number; C: number }): Check[] {
  const { N, C } = shape;
  const [dy, before] = [wave(N * C, 1), wave(C, 2)];
  const db = put(before);
  biasBackward(r, { dy: put(dy), db, partial: poisoned(NORM_CHUNKS * C) }, shape);
  const want = biasGradient(dy, { K: N, C }).map((v, c) => v + before[c]);
  const tolerance = { atol: 1e-6 * N + 1e-6, why: `f32 sum of ${N} values of at most 1, in chunks` };
  return [{ name: 'db', got: db, want, tolerance }];
}

export const BIAS = operation('bias', {
  small: [{ N: 19, C: 5 }],
  large: [
    { N: 1, C: 1 },
    { N: 16, C: 64 },
    { N: 17, C: 63 },
    { N: 1025, C: 65 },
    { N: 3000, C: 20 },
  ],
  record,
});
