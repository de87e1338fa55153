import { type Bench, type Check, EXACT, operation, POISON, together, wave } from '../self-test/case';
import { logprobBackward, logprobForward, topK } from './logprob';
import * as reference from './reference';

/** N rows over a vocabulary of V that comes in tiles of W; the last one may be short. */
interface Shape {
  N: number;
  V: number;
  W: number;
}

const K = 5;
const tolerance = { atol: 1e-5, rtol: 1e-5 };

/** Columns first … first + width of (N,V) as a tile whose rows are W apart. */
function cut(z: Float64Array, { N, V, W }: Shape, first: number): Float64Array {
  const tile = new Float64Array(N * W).fill(POISON);
  for (let n = 0; n < N; n++) for (let v = 0; v < Math.min(W, V - first); v++) tile[n * W + v] = z[n * V + first + v];
  return tile;
}

function record({ r, put, poisoned }: Bench, shape: Shape): Check[] {
  const { N, V, W } = shape;
  const z = wave(N * V, 1).map((x) => Math.fround(6 * x));
  for (let n = 0; n < N && V > 2; n++) z[n * V + V - 1] = z[n * V]; // equals, in the first and in the last tile
  const y = Array.from({ length: N }, (_, n) => (n * 31 + V - 1) % V);
  const w = wave(N, 2);
  const t = {
    y: put(y, 'u32'),
    w: put(w),
    running: poisoned(N * 4),
    result: poisoned(N * 4),
    top: poisoned(N * K * 2),
  };
  let last = t.running;
  for (let first = 0; first < V; first += W) {
    const tile = { N, W, first, width: Math.min(W, V - first) };
    last = put(cut(z, shape, first));
    logprobForward(r, { ...t, z: last }, { ...tile, last: first + W >= V });
    if (V >= K) topK(r, { z: last, top: t.top }, { ...tile, K });
  }
  const first = Math.floor((V - 1) / W) * W;
  logprobBackward(r, { ...t, z: last }, { N, W, first, width: V - first });
  const { logp, entropy, lse } = reference.logprob(z, y, { N, V });
  const dz = reference.logprobBackward({ z, y, lse, w }, { N, V });
  const sum = `f32 sum of ${V} exponentials`;
  return [
    { name: 'logp', got: t.result, column: { at: 0, of: 4 }, want: logp, tolerance: { ...tolerance, why: sum } },
    {
      name: 'entropy',
      got: t.result,
      column: { at: 1, of: 4 },
      want: entropy,
      tolerance: { atol: 2e-5, rtol: 2e-5, why: `two of them: ${sum}` },
    },
    { name: 'log-sum-exp', got: t.result, column: { at: 2, of: 4 }, want: lse, tolerance: { ...tolerance, why: sum } },
    { name: 'dz', got: last, want: cut(dz, shape, first), tolerance: { atol: 1e-5, rtol: 1e-4, why: sum } },
    ...(V >= K ? [{ name: 'top', got: t.top, want: reference.topK(z, { N, V, K }), tolerance: EXACT }] : []),
  ];
}

/** One likely token and V − 1 that are each below half an ulp of the sum, but not together. */
function recordTail({ r, put, poisoned }: Bench, { V, tail }: { V: number; tail: number }): Check[] {
  const z = new Float64Array(V).fill(Math.fround(tail));
  z[0] = 0;
  const result = poisoned(4);
  const tile = { N: 1, W: V, first: 0, width: V, last: true };
  logprobForward(r, { z: put(z), y: put([0], 'u32'), running: poisoned(4), result }, tile);
  const { logp } = reference.logprob(z, [0], { N: 1, V });
  const why = `${Math.ceil(V / 128)} partial sums, each rounded to 6e-8`;
  return [{ name: 'logp', got: result, want: logp, tolerance: { atol: 2.4e-5, why } }];
}

export const LOGPROB = together('logprob', [
  operation<Shape>('logprob', {
    small: [{ N: 3, V: 29, W: 16 }],
    large: [
      { N: 1, V: 2, W: 2 },
      { N: 3, V: 37, W: 40 },
      { N: 65, V: 77, W: 80 },
      { N: 17, V: 1000, W: 64 },
      { N: 2, V: 151_936, W: 16_384 },
    ],
    record,
  }),
  operation('logprob of a likely token among', {
    small: [],
    large: [{ V: 50_000, tail: -17.4 }], // e^-17.4 = 2.8e-8; 1 + 2.8e-8 is 1 in f32, all of them together are 1.4e-3
    record: recordTail,
  }),
]);
