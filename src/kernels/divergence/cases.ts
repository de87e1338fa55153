import type { Tensor } from '../../gpu/tensor';
import { logprobForward, topK } from '../logprob/logprob';
import { logprob } from '../logprob/reference';
import { type Bench, type Check, operation, POISON, wave } from '../self-test/case';
import { type DivergenceOptions, divergenceBackward, divergenceForward, divergenceMass } from './divergence';
import * as reference from './reference';

/** N rows over a vocabulary of V that comes in tiles of W; `apart`: how far the teacher's logits are from the student's. */
interface Shape extends DivergenceOptions {
  N: number;
  V: number;
  W: number;
  apart: number;
}

function cut(z: Float64Array, { N, V, W }: Shape, first: number): Float64Array {
  const tile = new Float64Array(N * W).fill(POISON);
  for (let n = 0; n < N; n++) for (let v = 0; v < Math.min(W, V - first); v++) tile[n * W + v] = z[n * V + first + v];
  return tile;
}

function record({ r, put, poisoned }: Bench, shape: Shape): Check[] {
  const { N, V, W, K, support, alpha, apart } = shape;
  const s = wave(N * V, 1).map((x) => Math.fround(6 * x));
  const away = wave(N * V, 5);
  const t = s.map((x, i) => Math.fround(x + apart * away[i]));
  const y = Array.from({ length: N }, (_, n) => (n * 31 + V - 1) % V);
  const [w, b] = [wave(N, 2), wave(N, 3)];
  const lse = logprob(t, y, { N, V }).lse;
  const given = Array.from({ length: N }, (_, n) => [lse[n], w[n], b[n], 0]).flat();
  const columns = {
    ...{ top: poisoned(N * K * 2), result: poisoned(N * 4), mass: poisoned(N * 4), found: poisoned(N * 2) },
    given: put(given),
  };
  const running = poisoned(N * 4);
  const targets = put(y, 'u32');
  const tiles = Array.from({ length: Math.ceil(V / W) }, (_, i) => {
    const tile = { N, W, first: i * W, width: Math.min(W, V - i * W), last: (i + 1) * W >= V };
    return { ...tile, s: put(cut(s, shape, tile.first)), t: put(cut(t, shape, tile.first)) };
  });
  const each = (work: (tile: (typeof tiles)[number], at: { s: Tensor; t: Tensor }) => void) => {
    for (const { s: z, t: zt, ...tile } of tiles) work(tile as (typeof tiles)[number], { s: z, t: zt });
  };
  each(({ last, ...tile }, { s: z }) => {
    logprobForward(r, { z, y: targets, running, result: columns.result }, { ...tile, last });
    topK(r, { z, top: columns.top }, { ...tile, K });
  });
  if (support !== 'vocabulary')
    each((tile, z) => divergenceMass(r, { ...z, top: columns.top, mass: columns.mass }, { ...tile, K }));
  each((tile, z) => divergenceForward(r, { ...columns, ...z }, { ...tile, K, support, alpha }));
  each(({ last: _, ...tile }, z) =>
    divergenceBackward(r, { ...columns, ...z, y: targets }, { ...tile, K, support, alpha }),
  );
  const rows = { s, t };
  const dz = reference.divergenceBackward({ ...rows, y, w, b }, shape);
  const why = 'a logarithm in [½, 2] may be off by 2⁻²¹, and the terms of a sum cancel';
  return [
    {
      name: 'D',
      got: columns.found,
      column: { at: 0, of: 2 },
      want: reference.divergence(rows, shape),
      tolerance: { atol: 1e-5, rtol: 1e-4, why },
    },
    ...tiles.map(({ first, s: got }) => ({
      name: `dz from ${first}`,
      got,
      want: cut(dz, shape, first),
      tolerance: { atol: 2e-5, rtol: 2e-4, why },
    })),
  ];
}

const usual = { N: 3, V: 29, W: 16, K: 5, apart: 2 };
const many = { N: 65, V: 77, W: 80, K: 8, apart: 4 };

export const DIVERGENCE = operation<Shape>('divergence', {
  small: [
    { ...usual, support: 'vocabulary', alpha: 0.5 },
    { ...usual, support: 'top-k-and-rest', alpha: 1 },
    { ...usual, support: 'top-k', alpha: 0, K: 20 },
  ],
  large: [
    { ...many, support: 'vocabulary', alpha: 0 },
    { ...many, support: 'vocabulary', alpha: 1 },
    { ...many, support: 'vocabulary', alpha: 0.3, apart: 0 },
    { ...many, support: 'top-k', alpha: 0.3 },
    { ...many, support: 'top-k', alpha: 1, K: 1 },
    { ...many, support: 'top-k-and-rest', alpha: 0.7 },
    { ...many, support: 'top-k-and-rest', alpha: 0, V: 2, W: 2, K: 1 },
    { N: 17, V: 1000, W: 64, K: 20, apart: 1, support: 'top-k-and-rest', alpha: 0.5 },
    { N: 1, V: 40_000, W: 16_384, K: 20, apart: 2, support: 'vocabulary', alpha: 0.5 },
    { N: 2, V: 5000, W: 512, K: 20, apart: 30, support: 'vocabulary', alpha: 0.5 },
  ],
  record,
});
