/**
 * The engine checks itself on the user's own adapter: every kernel on small, odd shapes against plain float64 loops.
 * Drivers and browsers do differ; where the matmul variant in force fails, the plain one takes its place.
 */
import type { Gpu } from '../../gpu/device';
import { Recorder } from '../../gpu/recorder';
import { Arena } from '../../gpu/tensor';
import { adamw, globalNorm, NORM_SLICES } from '../adamw/adamw';
import { attentionBackward, attentionBlocks, attentionForward } from '../attention/attention';
import { embeddingBackward, embeddingForward, sortIds } from '../embedding/embedding';
import { attentionBlock } from '../launch';
import { logprobBackward, logprobForward } from '../logprob/logprob';
import { MATMUL_VARIANTS, type MatmulCall, matmul, matmulVariant, setMatmulVariant } from '../matmul/matmul';
import { rmsNormBackward, rmsNormForward } from '../rms-norm/rms-norm';
import { sample } from '../sample/sample';
import { swigluBackward, swigluForward } from '../swiglu/swiglu';
import { wholeWeight } from '../weight-format/weight-format';
import { type Case, makeBench, wave } from './self-test-bench';
import { STORED_PRODUCTS } from './self-test-storage';

export interface SelfTestResult {
  passed: number;
  /** Names with the worst error, e.g. "matmul NT: error 0.3, allowed 1e-4". */
  failed: string[];
  ms: number;
}

/** Hears how many cases of how many are done, and the name of the last. */
export type SelfTestProgress = (done: number, total: number, name: string) => void;

/** Largest difference from the reference that f32 sums over these shapes can explain. */
const ALLOWED = 1e-4;

/** Runs all cases. Throws only what the device throws (DeviceLost); wrong numbers are reported, not thrown. */
export async function selfTestKernels(gpu: Gpu, onProgress: SelfTestProgress = () => {}): Promise<SelfTestResult> {
  const started = performance.now();
  const failed: string[] = [];
  let passed = 0;
  const arena = new Arena(gpu);
  const r = new Recorder(gpu);
  const bench = makeBench(arena, r);
  const total =
    Object.keys(CASES).length + MATMUL_VARIANTS.length * PRODUCTS.length + Object.keys(STORED_PRODUCTS).length;
  let done = 0;
  const check = async (name: string, run: Case): Promise<string | null> => {
    const error = await run(bench);
    onProgress(++done, total, name);
    return error <= ALLOWED ? null : `${name}: error ${error.toPrecision(2)}, allowed ${ALLOWED}`;
  };
  const record = (problem: string | null) => {
    if (problem === null) passed += 1;
    else failed.push(problem);
  };
  try {
    for (const [name, run] of Object.entries(CASES)) record(await check(name, run));
    const inForce = matmulVariant(gpu);
    let choice = inForce;
    for (const variant of MATMUL_VARIANTS) {
      setMatmulVariant(gpu, variant);
      let right = true;
      const cases = PRODUCTS.map(([layout, M, N, K]) => [layout, matmulCase(layout, M, N, K)] as const);
      // Other variants' stored products are left to the tests: a software adapter takes seconds to compile them all.
      const stored = variant === inForce ? Object.entries(STORED_PRODUCTS) : [];
      for (const [name, run] of [...cases, ...stored]) {
        const problem = await check(`matmul ${variant} ${name}`, run);
        right &&= problem === null;
        record(problem && variant === inForce ? `${problem}; replaced by the plain variant` : problem);
      }
      if (variant === inForce && !right) choice = 'plain';
    }
    setMatmulVariant(gpu, choice);
  } finally {
    arena.destroy();
    r.destroy();
  }
  return { passed, failed, ms: performance.now() - started };
}

const matmulCase =
  (layout: MatmulCall['layout'], M: number, N: number, K: number): Case =>
  async ({ r, put, zeros, error }) => {
    const [x, y] = [wave(M * K, 1), wave(N * K, 2)];
    const a = (m: number, k: number) => (layout === 'TN' ? x[k * M + m] : x[m * K + k]);
    const b = (k: number, n: number) => (layout === 'NT' ? y[n * K + k] : y[k * N + n]);
    const want = new Float64Array(M * N);
    for (let m = 0; m < M; m++)
      for (let n = 0; n < N; n++) for (let k = 0; k < K; k++) want[m * N + n] += a(m, k) * b(k, n);
    const c = zeros(M * N);
    matmul(r, { layout, a: put(x), b: put(y), c, M, N, K });
    return error(c, want);
  };

/**
 * Sizes that use the vector loads of the broadcast variant, an odd one that no variant's tile divides, few rows, few
 * columns (an adapter's rank), and many rows.
 */
const PRODUCTS: readonly [MatmulCall['layout'], number, number, number][] = [
  ['NT', 13, 36, 20],
  ['NN', 13, 36, 20],
  ['TN', 20, 36, 13],
  ['NT', 5, 7, 9],
  ['NT', 3, 9, 20],
  ['NT', 20, 6, 12],
  ['NN', 20, 6, 12],
  ['TN', 20, 6, 13],
  ['NT', 64, 60, 20],
];

const CASES: Record<string, Case> = {
  async 'rms norm'({ r, put, zeros, error }) {
    const [N, C, eps] = [5, 20, 1e-6];
    const [x, w, dy] = [wave(N * C, 3), wave(C, 4), wave(N * C, 5)];
    const [y, dx, dw] = [new Float64Array(N * C), new Float64Array(N * C), new Float64Array(C)];
    for (let n = 0; n < N; n++) {
      let [square, pull] = [0, 0];
      for (let c = 0; c < C; c++) square += x[n * C + c] ** 2;
      const rstd = 1 / Math.sqrt(square / C + eps);
      for (let c = 0; c < C; c++) pull += dy[n * C + c] * w[c] * x[n * C + c];
      for (let c = 0; c < C; c++) {
        const i = n * C + c;
        y[i] = w[c] * x[i] * rstd;
        dx[i] = rstd * (dy[i] * w[c] - (x[i] * rstd * rstd * pull) / C);
        dw[c] += dy[i] * x[i] * rstd;
      }
    }
    const t = {
      x: put(x),
      w: put(w),
      dy: put(dy),
      y: zeros(N * C),
      rstd: zeros(N),
      dx: zeros(N * C),
      dw: zeros(C),
      partial: zeros(64 * C),
    };
    rmsNormForward(r, t, { N, C, eps });
    rmsNormBackward(r, t, { N, C, add: false });
    return Math.max(await error(t.y, y), await error(t.dx, dx), await error(t.dw, dw));
  },

  async swiglu({ r, put, zeros, error }) {
    const [N, F] = [3, 7];
    const [gu, dy] = [wave(N * 2 * F, 6), wave(N * F, 7)];
    const [y, dGu] = [new Float64Array(N * F), new Float64Array(N * 2 * F)];
    for (let n = 0; n < N; n++) {
      for (let f = 0; f < F; f++) {
        const [g, u, d] = [gu[n * 2 * F + f], gu[n * 2 * F + F + f], dy[n * F + f]];
        const s = 1 / (1 + Math.exp(-g));
        y[n * F + f] = g * s * u;
        dGu[n * 2 * F + f] = d * u * s * (1 + g * (1 - s));
        dGu[n * 2 * F + F + f] = d * g * s;
      }
    }
    const t = { gu: put(gu), dy: put(dy), y: zeros(N * F), dGu: zeros(N * 2 * F) };
    swigluForward(r, t, { N, F });
    swigluBackward(r, t, { N, F });
    return Math.max(await error(t.y, y), await error(t.dGu, dGu));
  },

  async attention({ r, put, zeros, error }) {
    const [H, K, D] = [2, 1, 8];
    const offsets = [0, 1, 12];
    const N = 12;
    const width = (H + 2 * K) * D;
    const [q, k, qkv, dOut] = [wave(N * H * D, 8), wave(N * K * D, 9), wave(N * width, 10), wave(N * H * D, 11)];
    const value = (j: number, d: number) => qkv[j * width + (H + K) * D + d];
    const [out, dQkv] = [new Float64Array(N * H * D), new Float64Array(N * width)];
    for (let s = 0; s + 1 < offsets.length; s++) {
      for (let n = offsets[s]; n < offsets[s + 1]; n++) {
        for (let h = 0; h < H; h++) {
          const at = (n * H + h) * D;
          const p: number[] = [];
          for (let j = offsets[s]; j <= n; j++) {
            let dot = 0;
            for (let d = 0; d < D; d++) dot += q[at + d] * k[j * D + d];
            p.push(Math.exp(dot / Math.sqrt(D)));
          }
          const total = p.reduce((a, b) => a + b, 0);
          p.forEach((e, i) => {
            for (let d = 0; d < D; d++) out[at + d] += (e / total) * value(offsets[s] + i, d);
          });
          let delta = 0;
          for (let d = 0; d < D; d++) delta += out[at + d] * dOut[at + d];
          p.forEach((e, i) => {
            const j = offsets[s] + i;
            let dp = 0;
            for (let d = 0; d < D; d++) dp += dOut[at + d] * value(j, d);
            const ds = ((e / total) * (dp - delta)) / Math.sqrt(D);
            for (let d = 0; d < D; d++) {
              dQkv[n * width + h * D + d] += ds * k[j * D + d];
              dQkv[j * width + H * D + d] += ds * q[at + d];
              dQkv[j * width + (H + K) * D + d] += (e / total) * dOut[at + d];
            }
          });
        }
      }
    }
    const table = attentionBlocks(offsets, attentionBlock(r.gpu));
    const t = {
      q: put(q),
      k: put(k),
      qkv: put(qkv),
      blocks: put(table, 'u32'),
      out: zeros(N * H * D),
      lse: zeros(N * H),
      dOut: put(dOut),
      delta: zeros(N * H),
      dQkv: zeros(N * width),
    };
    const shape = { N, H, K, D, blocks: table.length / 4 };
    attentionForward(r, t, shape);
    attentionBackward(r, t, shape);
    return Math.max(await error(t.out, out), await error(t.dQkv, dQkv));
  },

  async 'log-probabilities'({ r, put, zeros, error }) {
    const [N, V, W] = [3, 13, 16];
    const z = wave(N * W, 12).map((v) => 5 * v);
    const y = [0, 5, 12];
    const w = [0.5, -1, 2];
    const [result, dz] = [new Float64Array(N * 4), new Float64Array(N * W)];
    for (let n = 0; n < N; n++) {
      const row = Array.from(z.subarray(n * W, n * W + V));
      const lse = Math.log(row.reduce((sum, v) => sum + Math.exp(v), 0));
      const entropy = row.reduce((sum, v) => sum - Math.exp(v - lse) * (v - lse), 0);
      result.set([row[y[n]] - lse, entropy, lse, 0], n * 4);
      for (let v = 0; v < W; v++)
        dz[n * W + v] = v < V ? w[n] * ((v === y[n] ? 1 : 0) - Math.exp(row[v] - lse)) : z[n * W + v];
    }
    const t = { z: put(z), y: put(y, 'u32'), w: put(w), running: zeros(N * 4), result: zeros(N * 4) };
    logprobForward(r, t, { N, W, first: 0, width: V, last: true });
    logprobBackward(r, t, { N, W, first: 0, width: V });
    return Math.max(await error(t.result, result), await error(t.z, dz));
  },

  async embedding({ r, put, zeros, error }) {
    const [V, C] = [5, 6];
    const ids = Uint32Array.of(4, 0, 4, 2);
    const [table, dy] = [wave(V * C, 13), wave(ids.length * C, 14)];
    const [want, dTable] = [new Float64Array(ids.length * C), new Float64Array(V * C)];
    ids.forEach((id, n) => {
      for (let c = 0; c < C; c++) {
        want[n * C + c] = table[id * C + c];
        dTable[id * C + c] += dy[n * C + c];
      }
    });
    const { order, runs } = sortIds(ids);
    const t = {
      table: wholeWeight(put(table), V, C),
      ids: put(ids, 'u32'),
      y: zeros(ids.length * C),
      dy: put(dy),
      order: put(order, 'u32'),
      runs: put(runs, 'u32'),
      dTable: wholeWeight(zeros(V * C), V, C),
    };
    embeddingForward(r, t, { N: ids.length, C });
    embeddingBackward(r, t, { J: runs.length / 3, C });
    return Math.max(await error(t.y, want), await error(t.dTable.pieces[0].data, dTable));
  },

  async adamw({ r, put, zeros, error }) {
    const n = 9;
    const [g, x] = [wave(n, 15), wave(n, 16)];
    const o = { lr: 0.1, beta1: 0.9, beta2: 0.95, eps: 1e-8, weightDecay: 0.01, t: 1 };
    const clip = 1 / (Math.sqrt(g.reduce((sum, v) => sum + v * v, 0)) + 1e-6);
    const want = x.map(
      (v, i) => v * (1 - o.lr * o.weightDecay) - (o.lr * g[i] * clip) / (Math.abs(g[i] * clip) + o.eps),
    );
    const t = {
      g: put(g),
      x: put(x),
      m: zeros(n),
      v: zeros(n),
      norm: zeros(4),
      partial: zeros(NORM_SLICES),
      result: zeros(4),
    };
    globalNorm(r, { g: [t.g], partial: t.partial, result: t.norm }, { maxNorm: 1 });
    adamw(r, t, { ...o, n });
    return error(t.x, want);
  },

  async sampling({ r, put, zeros }) {
    // The likeliest token at temperature 0, and nothing but it at temperature 1 with top-k 1: ids are exact or wrong.
    const V = 11;
    const z = wave(2 * V, 17);
    const best = [0, 1].map((b) => z.subarray(b * V, (b + 1) * V).indexOf(Math.max(...z.subarray(b * V, (b + 1) * V))));
    let wrong = 0;
    for (const [temperature, topK] of [
      [0, 0],
      [1, 1],
    ]) {
      const t = {
        logits: put(z),
        rows: put([1, 0], 'u32'),
        state: put(new Uint32Array(8), 'u32'),
        out: zeros(2),
        ends: put([99], 'u32'),
      };
      sample(r, t, {
        B: 2,
        V,
        stride: V,
        maxNew: 1,
        nEnds: 1,
        temperature,
        topK,
        topP: 1,
        seedLo: 1,
        seedHi: 0,
        stream: 0,
      });
      const read = r.readU32(t.out, 2);
      r.submit();
      const [first, second] = await read;
      if (first !== best[1] || second !== best[0]) wrong += 1;
    }
    return wrong;
  },
};
