import { type Bench, type Check, operation, POISON, wave } from '../self-test/case';
import * as reference from './reference';
import { NORM_CHUNKS, rmsNormBackward, rmsNormForward } from './rms-norm';

/**
 * `how` is what becomes of dx: it is added to the residual stream's gradient, takes its place, or takes that of dy.
 * `wide`: x, y and their gradients are columns of wider matrices. `residual`: y has one added.
 */
interface Shape {
  N: number;
  C: number;
  how: 'add' | 'replace' | 'in place';
  residual?: boolean;
  wide?: boolean;
}

const EPS = 1e-6;
const BEFORE = 3; // columns before and behind in a wider matrix
const WIDER = 8;

function record({ r, put, poisoned }: Bench, { N, C, how, residual = false, wide = false }: Shape): Check[] {
  const columns = wide ? { from: BEFORE, width: C + WIDER } : { from: 0, width: C };
  const spread = (rows: ArrayLike<number>, elsewhere: number) =>
    Float64Array.from({ length: N * columns.width }, (_, i) => {
      const c = (i % columns.width) - columns.from;
      return c >= 0 && c < C ? rows[Math.floor(i / columns.width) * C + c] : elsewhere;
    });
  const [x, w, dy, stream, more, dwBefore] = [1, 2, 3, 4, 5, 6].map((s) => wave(s === 2 || s === 6 ? C : N * C, s));
  const t = {
    x: put(spread(x, 7)),
    w: put(w),
    y: poisoned(N * columns.width),
    rstd: poisoned(N),
    residual: residual ? put(spread(more, 7)) : undefined,
    dy: how === 'in place' ? undefined : put(spread(dy, 7)),
    dx: put(spread(how === 'in place' ? dy : how === 'add' ? stream : new Float64Array(N * C).fill(POISON), 9)),
    dw: put(dwBefore),
    partial: poisoned(NORM_CHUNKS * C),
  };
  rmsNormForward(r, t, { N, C, eps: EPS, xColumns: columns, yColumns: columns });
  rmsNormBackward(r, t, { N, C, add: how === 'add', columns });
  const { y, rstd } = reference.rmsNorm(x, w, { N, C, eps: EPS });
  const { dx, dw } = reference.rmsNormBackward({ x, w, rstd, dy }, { N, C });
  const largest = dx.reduce((most, v) => Math.max(most, Math.abs(v)), 1);
  const sum = `f32 sum of ${C}`;
  return [
    {
      name: 'y',
      got: t.y,
      want: spread(residual ? y.map((v, i) => v + more[i]) : y, POISON),
      tolerance: { atol: 1e-5, rtol: 1e-5, why: sum },
    },
    { name: 'rstd', got: t.rstd, want: rstd, tolerance: { rtol: 1e-5, why: sum } },
    {
      name: 'dx',
      got: t.dx,
      want: spread(how === 'add' ? dx.map((v, i) => v + stream[i]) : dx, 9),
      tolerance: { atol: 2e-5 * largest, rtol: 1e-4, why: `${sum} products, against a row's rms` },
    },
    {
      name: 'dw',
      got: t.dw,
      want: dw.map((v, c) => v + dwBefore[c]),
      tolerance: { atol: 2e-6 * N + 1e-5, rtol: 1e-4, why: `f32 sum of ${N} rows, in chunks` },
    },
  ];
}

export const RMS_NORM = operation<Shape>('rms-norm', {
  small: [
    { N: 5, C: 20, how: 'replace', residual: true },
    { N: 5, C: 20, how: 'add' },
    { N: 5, C: 20, how: 'in place', wide: true },
  ],
  large: [
    { N: 1, C: 1, how: 'add' },
    { N: 1, C: 64, how: 'in place' },
    { N: 63, C: 20, how: 'add', residual: true },
    { N: 64, C: 64, how: 'replace', wide: true },
    { N: 65, C: 37, how: 'add' },
    { N: 65, C: 37, how: 'in place', wide: true },
    { N: 1500, C: 24, how: 'add' },
    { N: 3, C: 1000, how: 'replace', residual: true, wide: true },
  ],
  record,
});
