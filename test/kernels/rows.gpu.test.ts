/** The kernels that work row by row: norms, rotary embedding, SwiGLU, embedding, AdamW. */
import { describe, expect, it } from 'vitest';
import { adamw, globalNorm, NORM_SLICES } from '../../src/kernels/adamw/adamw';
import { embeddingBackward, embeddingForward, scatterRows, sortIds } from '../../src/kernels/embedding/embedding';
import { QK_CHUNKS, qkNormRopeBackward, qkNormRopeForward } from '../../src/kernels/qk-norm-rope/qk-norm-rope';
import { NORM_CHUNKS, rmsNormBackward, rmsNormForward } from '../../src/kernels/rms-norm/rms-norm';
import { swigluBackward, swigluForward } from '../../src/kernels/swiglu/swiglu';
import { wholeWeight } from '../../src/kernels/weight-format/weight-format';
import { ropeTable } from '../../src/model/net/rope';
import { close, wave } from '../setup/close';
import { testDevice } from '../setup/gpu';

const device = testDevice();
const SIZES = [
  [1, 1],
  [1, 64],
  [63, 20],
  [64, 64],
  [65, 37],
  [1500, 24],
  [3, 1000],
];

describe.each(SIZES)('%i rows of %i', (N, C) => {
  it('RMSNorm', async () => {
    const { r, put, poisoned, read } = device;
    const [x, w, dy, stream] = [wave(N * C, 1), wave(C, 2), wave(N * C, 3), wave(N * C, 4)];
    const eps = 1e-6;
    const [y, dx, dw] = [new Float64Array(N * C), new Float64Array(N * C), new Float64Array(C)];
    for (let n = 0; n < N; n++) {
      const row = x.subarray(n * C, (n + 1) * C);
      const rstd = 1 / Math.sqrt(row.reduce((sum, v) => sum + v * v, 0) / C + eps);
      const pull = row.reduce((sum, v, c) => sum + dy[n * C + c] * w[c] * v, 0);
      row.forEach((v, c) => {
        y[n * C + c] = w[c] * v * rstd;
        dx[n * C + c] = rstd * (dy[n * C + c] * w[c] - (v * rstd * rstd * pull) / C);
        dw[c] += dy[n * C + c] * v * rstd;
      });
    }
    const b = {
      x: put(x),
      w: put(w),
      y: poisoned(N * C),
      rstd: poisoned(N),
      dy: put(dy),
      dx: put(stream),
      dw: put(new Float64Array(C)),
      partial: poisoned(NORM_CHUNKS * C),
    };
    rmsNormForward(r, b, { N, C, eps });
    rmsNormBackward(r, b, { N, C, add: true });
    const largest = Math.max(...dx.map(Math.abs), 1);
    close(await read(b.y, N * C), y, { atol: 1e-5, rtol: 1e-5, why: `f32 sum of ${C}` }, 'y');
    close(
      await read(b.dx, N * C),
      dx.map((v, i) => v + stream[i]),
      { atol: 2e-5 * largest, rtol: 1e-4, why: `f32 sum of ${C}` },
      'dx, added to the stream',
    );
    close(await read(b.dw, C), dw, { atol: 2e-6 * N + 1e-5, rtol: 1e-4, why: `f32 sum of ${N}` }, 'dw');
  });

  it('SwiGLU', async () => {
    const { r, put, poisoned, read } = device;
    const [gu, dy] = [wave(N * 2 * C, 5).map((v) => 4 * v), wave(N * C, 6)];
    const [y, dGu] = [new Float64Array(N * C), new Float64Array(N * 2 * C)];
    for (let n = 0; n < N; n++)
      for (let c = 0; c < C; c++) {
        const [g, u, d] = [gu[n * 2 * C + c], gu[n * 2 * C + C + c], dy[n * C + c]];
        const s = 1 / (1 + Math.exp(-g));
        y[n * C + c] = g * s * u;
        dGu[n * 2 * C + c] = d * u * s * (1 + g * (1 - s));
        dGu[n * 2 * C + C + c] = d * g * s;
      }
    const b = { gu: put(gu), y: poisoned(N * C), dy: put(dy), dGu: poisoned(N * 2 * C) };
    swigluForward(r, b, { N, F: C });
    swigluBackward(r, b, { N, F: C });
    close(await read(b.y, N * C), y, { atol: 1e-5, rtol: 1e-5, why: 'f32 exp' }, 'y');
    close(await read(b.dGu, N * 2 * C), dGu, { atol: 1e-5, rtol: 1e-5, why: 'f32 exp' }, 'dGu');
  });

  it('embedding, with repeated and with distinct ids', async () => {
    const { r, put, poisoned, read } = device;
    const V = 11;
    const ids = Uint32Array.from({ length: N }, (_, n) => (n * 7 + (n % 3)) % V);
    const [table, dy] = [wave(V * C, 7), wave(N * C, 8)];
    const dTable = new Float64Array(V * C);
    ids.forEach((id, n) => {
      for (let c = 0; c < C; c++) dTable[id * C + c] += dy[n * C + c];
    });
    const { order, runs } = sortIds(ids);
    const b = {
      table: wholeWeight(put(table), V, C),
      ids: put(ids, 'u32'),
      y: poisoned(N * C),
      dy: put(dy),
      order: put(order, 'u32'),
      runs: put(runs, 'u32'),
      dTable: wholeWeight(put(new Float64Array(V * C)), V, C),
    };
    embeddingForward(r, b, { N, C });
    embeddingBackward(r, b, { J: runs.length / 3, C });
    close(
      await read(b.y, N * C),
      Array.from({ length: N * C }, (_, i) => table[ids[Math.floor(i / C)] * C + (i % C)]),
      { why: 'a copy is exact' },
      'y',
    );
    close(
      await read(b.dTable.pieces[0].data, V * C),
      dTable,
      { atol: 1e-6 * N + 1e-6, rtol: 1e-5, why: `f32 sum of up to ${N}` },
      'dTable',
    );
    const places = Uint32Array.from({ length: N }, (_, n) => 2 * n + 1);
    const spread = poisoned(2 * N * C);
    scatterRows(r, { x: b.dy, ids: put(places, 'u32'), y: spread }, { N, C });
    const got = await read(spread, 2 * N * C);
    close(
      got.filter((_, i) => Math.floor(i / C) % 2 === 1),
      dy,
      { why: 'a copy is exact' },
      'scattered',
    );
    expect(got.filter((_, i) => Math.floor(i / C) % 2 === 0).every((v) => v === Math.fround(1e30))).toBe(true);
  });
});

describe.each([
  [1, 1, 1, 4],
  [37, 4, 2, 16],
  [130, 3, 1, 12],
])('%i tokens, %i heads on %i of %i', (N, H, K, D) => {
  const width = (H + 2 * K) * D;
  const qkv = wave(N * width, 9);
  const w = wave(2 * D, 10).map((v) => 1 + 0.5 * v);
  const positions = Uint32Array.from({ length: N }, (_, n) => (n * 13) % 64);
  const table = ropeTable(64, D, { theta: 10_000, scaling: null });

  /** Turned heads (N,(H+K)D) in float64. */
  const forward = (x: Float64Array, weights: Float64Array) => {
    const out = new Float64Array(N * (H + K) * D);
    for (let n = 0; n < N; n++)
      for (let h = 0; h < H + K; h++) {
        const raw = x.subarray(n * width + h * D, n * width + (h + 1) * D);
        const rstd = 1 / Math.sqrt(raw.reduce((s, v) => s + v * v, 0) / D + 1e-6);
        const z = raw.map((v, d) => v * rstd * weights[(h < H ? 0 : D) + d]);
        for (let i = 0; i < D / 2; i++) {
          const angle = positions[n] * 10_000 ** ((-2 * i) / D);
          out[(n * (H + K) + h) * D + i] = z[i] * Math.cos(angle) - z[i + D / 2] * Math.sin(angle);
          out[(n * (H + K) + h) * D + i + D / 2] = z[i + D / 2] * Math.cos(angle) + z[i] * Math.sin(angle);
        }
      }
    return out;
  };

  it('QK-norm and rotary embedding; gradients against finite differences', async () => {
    const { r, put, poisoned, read } = device;
    const up = wave(N * width, 11);
    const b = {
      qkv: put(qkv),
      positions: put(positions, 'u32'),
      rope: put(table),
      w: put(w),
      q: poisoned(N * H * D),
      k: poisoned(N * K * D),
      rstd: poisoned(N * (H + K)),
      dQkv: put(up),
      dw: put(new Float64Array(2 * D)),
      partial: poisoned(QK_CHUNKS * 2 * D),
    };
    qkNormRopeForward(r, b, { N, H, K, D, eps: 1e-6 });
    qkNormRopeBackward(r, b, { N, H, K, D });
    const want = forward(qkv, w);
    const [q, k] = [await read(b.q, N * H * D), await read(b.k, N * K * D)];
    const joined = Array.from({ length: N }, (_, n) => [
      ...q.slice(n * H * D, (n + 1) * H * D),
      ...k.slice(n * K * D, (n + 1) * K * D),
    ]).flat();
    close(joined, want, { atol: 1e-5, rtol: 1e-5, why: 'f32 norm over D' }, 'turned heads');

    const objective = (x: Float64Array, weights: Float64Array) =>
      forward(x, weights).reduce((sum, v, i) => {
        const n = Math.floor(i / ((H + K) * D));
        return sum + v * up[n * width + (i % ((H + K) * D))];
      }, 0);
    const numeric = (values: Float64Array, i: number, at: () => number) => {
      const [kept, h] = [values[i], 1e-5];
      values[i] = kept + h;
      const above = at();
      values[i] = kept - h;
      const below = at();
      values[i] = kept;
      return (above - below) / (2 * h);
    };
    const [x, weights] = [qkv.slice(), w.slice()];
    const dQkv = await read(b.dQkv, N * width);
    const dw = await read(b.dw, 2 * D);
    const last = (N - 1) * width;
    const places = [0, D - 1, H * D, (H + K) * D - 1, last, last + H * D + 1];
    close(
      places.map((i) => dQkv[i]),
      places.map((i) => numeric(x, i, () => objective(x, weights))),
      { atol: 1e-4, rtol: 1e-3, why: 'f32 against central differences' },
      'dQkv',
    );
    close(
      Array.from(dw),
      Array.from(dw, (_, i) => numeric(weights, i, () => objective(x, weights))),
      { atol: 1e-5 * N + 1e-4, rtol: 1e-3, why: 'f32 against central differences' },
      'dw',
    );
    close(
      dQkv.slice(last + (H + K) * D, last + width),
      up.slice(last + (H + K) * D, last + width),
      { why: 'value heads pass through' },
      'values',
    );
  });
});

describe('AdamW with clipping', () => {
  const n = 5001;
  const o = { lr: 0.01, beta1: 0.9, beta2: 0.95, eps: 1e-8, weightDecay: 0.1 };

  it('follows the formula over five steps', async () => {
    const { r, put, poisoned, read } = device;
    const x = wave(n, 12);
    const [m, v] = [new Float64Array(n), new Float64Array(n)];
    const b = { x: put(x), m: put(m), v: put(v), norm: poisoned(4), partial: poisoned(NORM_SLICES) };
    for (let t = 1; t <= 5; t++) {
      const g = wave(n, 12 + t);
      const norm = Math.sqrt(g.reduce((s, y) => s + y * y, 0));
      const clip = Math.min(1, 1 / (norm + 1e-6));
      g.forEach((gi, i) => {
        m[i] = o.beta1 * m[i] + (1 - o.beta1) * gi * clip;
        v[i] = o.beta2 * v[i] + (1 - o.beta2) * (gi * clip) ** 2;
        x[i] =
          x[i] * (1 - o.lr * o.weightDecay) -
          (o.lr * (m[i] / (1 - o.beta1 ** t))) / (Math.sqrt(v[i] / (1 - o.beta2 ** t)) + o.eps);
      });
      const gradient = put(g);
      globalNorm(r, { g: [gradient], partial: b.partial, result: b.norm }, { maxNorm: 1 });
      adamw(r, { g: gradient, ...b }, { ...o, n, t });
      close((await read(b.norm, 3)).slice(0, 1), [norm], { rtol: 1e-5, why: `f32 sum of ${n} squares` }, 'norm');
    }
    close(await read(b.x, n), x, { atol: 2e-5, rtol: 1e-5, why: 'five f32 updates' }, 'x');
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY])(
    'leaves the weights as they were when a gradient is %s',
    async (bad) => {
      const { r, put, poisoned, read } = device;
      const [x, g] = [wave(n, 30), wave(n, 31)];
      g[4000] = bad;
      const b = {
        g: put(g),
        x: put(x),
        m: put(new Float64Array(n)),
        v: put(new Float64Array(n)),
        norm: poisoned(4),
        partial: poisoned(NORM_SLICES),
      };
      globalNorm(r, { g: [b.g], partial: b.partial, result: b.norm }, { maxNorm: 1 });
      adamw(r, b, { ...o, n, t: 1 });
      expect((await read(b.norm, 3))[2]).toBe(0);
      close(await read(b.x, n), x, { why: 'nothing may change' }, 'x');
    },
  );
});
