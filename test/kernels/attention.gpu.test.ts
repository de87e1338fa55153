import { describe, it } from 'vitest';
import {
  attentionBackward,
  attentionBlocks,
  attentionDecode,
  attentionForward,
} from '../../src/kernels/attention/attention';
import { attentionBlock } from '../../src/kernels/launch';
import { close, wave } from '../setup/close';
import { testDevice } from '../setup/gpu';

const device = testDevice();

interface Shape {
  H: number;
  K: number;
  D: number;
}

/** Causal attention over packed sequences in float64, with the gradients of Σ out · dOut. */
function reference(
  { H, K, D }: Shape,
  offsets: number[],
  q: Float64Array,
  k: Float64Array,
  qkv: Float64Array,
  dOut: Float64Array,
) {
  const width = (H + 2 * K) * D;
  const N = offsets[offsets.length - 1];
  const [out, dQkv] = [new Float64Array(N * H * D), new Float64Array(N * width)];
  for (let s = 0; s + 1 < offsets.length; s++)
    for (let n = offsets[s]; n < offsets[s + 1]; n++)
      for (let h = 0; h < H; h++) {
        const kv = Math.floor(h / (H / K));
        const value = (j: number, d: number) => qkv[j * width + (H + K + kv) * D + d];
        const at = (n * H + h) * D;
        const p: number[] = [];
        for (let j = offsets[s]; j <= n; j++) {
          let dot = 0;
          for (let d = 0; d < D; d++) dot += q[at + d] * k[(j * K + kv) * D + d];
          p.push(Math.exp(dot / Math.sqrt(D)));
        }
        const total = p.reduce((a, b) => a + b, 0);
        p.forEach((e, i) => {
          p[i] = e / total;
          for (let d = 0; d < D; d++) out[at + d] += p[i] * value(offsets[s] + i, d);
        });
        let delta = 0;
        for (let d = 0; d < D; d++) delta += out[at + d] * dOut[at + d];
        p.forEach((e, i) => {
          const j = offsets[s] + i;
          let dp = 0;
          for (let d = 0; d < D; d++) dp += dOut[at + d] * value(j, d);
          const ds = (e * (dp - delta)) / Math.sqrt(D);
          for (let d = 0; d < D; d++) {
            dQkv[n * width + h * D + d] += ds * k[(j * K + kv) * D + d];
            dQkv[j * width + (H + kv) * D + d] += ds * q[at + d];
            dQkv[j * width + (H + K + kv) * D + d] += e * dOut[at + d];
          }
        });
      }
  return { out, dQkv };
}

const LENGTHS = [[1], [1, 1, 1], [7], [8], [9, 1, 33], [64, 65, 3]];
const SHAPES: Shape[] = [
  { H: 1, K: 1, D: 4 },
  { H: 4, K: 2, D: 16 },
  { H: 3, K: 1, D: 12 },
  { H: 2, K: 2, D: 64 },
];
const why = 'f32 softmax over at most 65 keys';

describe.each(SHAPES)('attention with $H heads on $K of $D', (shape) => {
  const { H, K, D } = shape;
  const width = (H + 2 * K) * D;

  it.each(LENGTHS)('over sequences of %j', async (...lengths) => {
    const { r, put, poisoned, read, gpu } = device;
    const offsets = [0];
    for (const n of lengths.flat()) offsets.push(offsets[offsets.length - 1] + n);
    const N = offsets[offsets.length - 1];
    const [q, k, qkv, dOut] = [wave(N * H * D, 1), wave(N * K * D, 2), wave(N * width, 3), wave(N * H * D, 4)];
    const want = reference(shape, offsets, q, k, qkv, dOut);
    const table = attentionBlocks(offsets, attentionBlock(gpu));
    const b = {
      q: put(q),
      k: put(k),
      qkv: put(qkv),
      blocks: put(table, 'u32'),
      out: poisoned(N * H * D),
      lse: poisoned(N * H),
      dOut: put(dOut),
      delta: poisoned(N * H),
      dQkv: poisoned(N * width),
    };
    const p = { N, H, K, D, blocks: table.length / 4 };
    attentionForward(r, b, p);
    attentionBackward(r, b, p);
    close(await read(b.out, N * H * D), want.out, { atol: 1e-5, rtol: 1e-5, why }, 'out');
    close(await read(b.dQkv, N * width), want.dQkv, { atol: 5e-5, rtol: 1e-4, why }, 'dQkv');
  });

  it('decoding one token over the cache equals the last row of the whole', async () => {
    const { r, put, poisoned, read } = device;
    const [P, T] = [40, 37];
    const [q, k, qkv] = [wave(T * H * D, 5), wave(T * K * D, 6), wave(T * width, 7)];
    const { out } = reference(shape, [0, T], q, k, qkv, new Float64Array(T * H * D));
    // Row 1 of two carries the sequence; row 0 is another's.
    const cacheK = new Float64Array(2 * P * K * D).fill(9);
    const cacheV = new Float64Array(2 * P * K * D).fill(9);
    for (let t = 0; t < T; t++)
      for (let i = 0; i < K * D; i++) {
        cacheK[(P + t) * K * D + i] = k[t * K * D + i];
        cacheV[(P + t) * K * D + i] = qkv[t * width + (H + K) * D + i];
      }
    const o = poisoned(H * D);
    const last = q.slice((T - 1) * H * D);
    attentionDecode(
      r,
      {
        q: put(last),
        cacheK: put(cacheK),
        cacheV: put(cacheV),
        rows: put([1], 'u32'),
        positions: put([T - 1], 'u32'),
        out: o,
      },
      { B: 1, H, K, D, P },
    );
    close(await read(o, H * D), out.slice((T - 1) * H * D), { atol: 1e-5, rtol: 1e-5, why }, 'out');
  });
});
