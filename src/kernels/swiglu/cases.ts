import { type Bench, type Check, operation, wave } from '../self-test/case';
import * as reference from './reference';
import { swigluBackward, swigluForward } from './swiglu';

const tolerance = { atol: 1e-5, rtol: 1e-5, why: 'exp of f32, to some units in the last place' };

/** `height`: of the gates; e^−g of the largest overflows. */
function record(
  { r, put, poisoned }: Bench,
  { height = 4, ...shape }: { N: number; F: number; height?: number },
): Check[] {
  const { N, F } = shape;
  const gu = wave(N * 2 * F, 5).map((v) => Math.fround(height * v));
  const dy = wave(N * F, 6);
  const t = { gu: put(gu), act: put(dy), y: poisoned(N * F) };
  swigluForward(r, t, shape);
  swigluBackward(r, t, shape);
  const y = reference.swiglu(gu, shape);
  return [
    { name: 'y', got: t.y, want: y, tolerance },
    { name: 'y again', got: t.act, want: y, tolerance },
    { name: 'dGu', got: t.gu, want: reference.swigluBackward(gu, dy, shape), tolerance },
  ];
}

export const SWIGLU = operation<{ N: number; F: number; height?: number }>('swiglu', {
  small: [{ N: 3, F: 7 }],
  large: [
    { N: 1, F: 1 },
    { N: 1, F: 64 },
    { N: 63, F: 20 },
    { N: 65, F: 37 },
    { N: 1500, F: 24 },
    { N: 3, F: 1000 },
    { N: 2, F: 9, height: 500 },
  ],
  record,
});
