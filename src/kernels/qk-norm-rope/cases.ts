import { decodingCaches } from '../kv-cache/cases';
import { table } from '../rope/reference';
import { type Bench, type Check, operation, wave } from '../self-test/case';
import { type HeadShape, QK_CHUNKS, qkNormRopeBackward, qkNormRopeDecode, qkNormRopeForward } from './qk-norm-rope';
import * as reference from './reference';

const P = 64;
const EPS = 1e-6;

function record(b: Bench, shape: HeadShape): Check[] {
  const { r, put, poisoned } = b;
  const { N, H, K, D } = shape;
  const width = (H + 2 * K) * D;
  const [qkv, dTurned, before] = [wave(N * width, 1), wave(N * width, 2), wave(2 * D, 3)];
  const w = wave(2 * D, 4).map((v) => Math.fround(1 + 0.5 * v));
  const positions = Array.from({ length: N }, (_, n) => (n * 13 + 1) % P);
  const rope = table(P, D);
  const t = {
    qkv: put(qkv),
    positions: put(positions, 'u32'),
    rope: put(rope),
    w: put(w),
    q: poisoned(N * H * D),
    k: poisoned(N * K * D),
    rstd: poisoned(N * (H + K)),
    dQkv: put(dTurned),
    dw: put(before),
    partial: poisoned(QK_CHUNKS * 2 * D),
  };
  qkNormRopeForward(r, t, { ...shape, eps: EPS });
  qkNormRopeBackward(r, t, shape);
  const caches = decodingCaches(b, { P, K, D, positions, stride: width });
  const decoded = poisoned(N * H * D);
  qkNormRopeDecode(r, { ...t, ...caches.t, q: decoded }, { ...shape, eps: EPS, P });
  const { q, k, rstd } = reference.qkNormRope({ qkv, positions, rope, w }, { ...shape, eps: EPS });
  const back = reference.qkNormRopeBackward({ qkv, positions, rope, w, rstd, dQkv: dTurned }, shape);
  const largest = rstd.reduce((most, v) => Math.max(most, v), 1);
  const forward = { atol: 1e-5, rtol: 1e-5, why: `f32 norm over ${D}` };
  const backward = { atol: 1e-5 * largest, rtol: 1e-4, why: `f32 sums over ${D}, divided by a head's rms` };
  const rows = N * Math.max(H, K);
  const weights = { atol: 2e-6 * rows + 1e-5, rtol: 1e-4, why: `f32 sum over ${rows} heads, in chunks` };
  return [
    { name: 'q', got: t.q, want: q, tolerance: forward },
    { name: 'k', got: t.k, want: k, tolerance: forward },
    { name: 'q, decoding', got: decoded, want: q, tolerance: forward },
    ...caches.filled(k, qkv, forward),
    { name: 'rstd', got: t.rstd, want: rstd, tolerance: { rtol: 1e-5, why: `f32 sum of ${D} squares` } },
    { name: 'dQkv', got: t.dQkv, want: back.dQkv, tolerance: backward },
    { name: 'dw', got: t.dw, want: back.dw.map((v, i) => v + before[i]), tolerance: weights },
  ];
}

export const QK_NORM_ROPE = operation<HeadShape>('qk-norm-rope', {
  small: [{ N: 19, H: 2, K: 1, D: 8 }],
  large: [
    { N: 1, H: 1, K: 1, D: 4 },
    { N: 37, H: 4, K: 2, D: 16 },
    { N: 130, H: 3, K: 1, D: 12 },
    { N: 1100, H: 1, K: 1, D: 4 },
    { N: 9, H: 2, K: 2, D: 128 },
  ],
  record,
});
