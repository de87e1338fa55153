import { describe, expect, it } from 'vitest';
import { logprobBackward, logprobForward, topK } from '../../src/kernels/logprob/logprob';
import { close, wave } from '../setup/close';
import { testDevice } from '../setup/gpu';

const device = testDevice();

/** Columns first … first + width of (N,V) logits as a tile whose rows are W apart. */
function cutTile(z: Float64Array, N: number, V: number, first: number, width: number, W: number): Float64Array {
  const tile = new Float64Array(N * W);
  for (let n = 0; n < N; n++) for (let v = 0; v < width; v++) tile[n * W + v] = z[n * V + first + v];
  return tile;
}

describe.each([
  [1, 2, 2],
  [3, 37, 40],
  [65, 77, 80],
  [17, 1000, 64],
  [2, 151_936, 16_384],
])('log-probabilities of %i rows over %i columns in tiles of %i', (N, V, W) => {
  const z = wave(N * V, 1).map((x) => Math.fround(6 * x));
  const y = Array.from({ length: N }, (_, n) => (n * 31 + V - 1) % V);
  const w = wave(N, 2);
  const rows = Array.from({ length: N }, (_, n) => z.subarray(n * V, (n + 1) * V));
  const lse = rows.map((row) => Math.log(row.reduce((sum, x) => sum + Math.exp(x), 0)));

  it('give logp, entropy, gradient and the largest five', async () => {
    const { r, put, poisoned, read } = device;
    const [running, result, top] = [poisoned(N * 4), poisoned(N * 4), poisoned(N * 10)];
    const targets = put(y, 'u32');
    for (let first = 0; first < V; first += W) {
      const width = Math.min(W, V - first);
      const tile = { N, W, first, width };
      const logits = put(cutTile(z, N, V, first, width, W));
      logprobForward(r, { z: logits, y: targets, running, result }, { ...tile, last: first + W >= V });
      topK(r, { z: logits, top }, { ...tile, K: 5 });
    }
    const got = await read(result, N * 4);
    const why = `f32 sum of ${V} exponentials`;
    const pick = (i: number) => got.filter((_, j) => j % 4 === i);
    close(
      pick(0),
      rows.map((row, n) => row[y[n]] - lse[n]),
      { atol: 1e-5, rtol: 1e-5, why },
      'logp',
    );
    const entropy = rows.map((row, n) => row.reduce((sum, x) => sum - Math.exp(x - lse[n]) * (x - lse[n]), 0));
    close(pick(1), entropy, { atol: 2e-5, rtol: 2e-5, why }, 'entropy');

    const best = await read(top, N * 10);
    rows.forEach((row, n) => {
      const want = Array.from(row, (_, v) => v)
        .sort((a, b) => row[b] - row[a] || a - b)
        .slice(0, 5);
      const ids = want.map((_, k) => best[n * 10 + 2 * k + 1]);
      expect(ids).toEqual(want);
    });

    const first = Math.floor((V - 1) / W) * W;
    const width = V - first;
    const last = put(cutTile(z, N, V, first, width, W));
    logprobBackward(r, { z: last, y: targets, result, w: put(w) }, { N, W, first, width });
    const dz = await read(last, N * W);
    const want = rows.flatMap((row, n) =>
      Array.from({ length: W }, (_, v) =>
        v < width ? w[n] * ((first + v === y[n] ? 1 : 0) - Math.exp(row[first + v] - lse[n])) : 0,
      ),
    );
    close(dz, want, { atol: 1e-5, rtol: 1e-4, why }, 'dz');
  });
});

it('a likely first token hides no unlikely ones: 50,000 terms, each below half an ulp of the sum', async () => {
  const { r, put, poisoned, read } = device;
  const V = 50_000;
  const tail = -17.4; // e^-17.4 = 2.8e-8; 1 + 2.8e-8 is 1 in f32, all of them together are 1.4e-3
  const z = new Float64Array(V).fill(Math.fround(tail));
  z[0] = 0;
  const [running, result] = [poisoned(4), poisoned(4)];
  const tile = { N: 1, W: V, first: 0, width: V, last: true };
  logprobForward(r, { z: put(z), y: put([0], 'u32'), running, result }, tile);
  const logp = -Math.log1p((V - 1) * Math.exp(Math.fround(tail)));
  close([(await read(result, 4))[0]], [logp], { atol: 2.4e-5, why: '391 partial sums, each rounded to 6e-8' }, 'logp');
});
