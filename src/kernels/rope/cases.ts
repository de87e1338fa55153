import { decodingCaches } from '../kv-cache/cases';
import { type Bench, type Check, operation, wave } from '../self-test/case';
import * as reference from './reference';
import { ropeBackward, ropeDecode, ropeForward } from './rope';

/** N tokens, H query heads on K key heads of D channels; `extra` columns follow them in a row (the value heads do). */
interface Shape {
  N: number;
  H: number;
  K: number;
  D: number;
  extra: number;
}

const P = 64;
const tolerance = { atol: 1e-6, why: 'two f32 products of at most 1 and their sum' };

function record(b: Bench, { N, H, K, D, extra }: Shape): Check[] {
  const { r, put, poisoned } = b;
  const stride = (H + K) * D + extra;
  const width = (H + 2 * K) * D;
  const [x, dQkv] = [wave(N * stride, 1), wave(N * width, 2)];
  const positions = Array.from({ length: N }, (_, n) => (n * 13 + 1) % P);
  const rope = reference.table(P, D);
  const t = {
    x: put(x),
    positions: put(positions, 'u32'),
    rope: put(rope),
    q: poisoned(N * H * D),
    k: poisoned(N * K * D),
    dQkv: put(dQkv),
  };
  ropeForward(r, t, { N, H, K, D, stride });
  ropeBackward(r, t, { N, H, K, D });
  const heads = (first: number, count: number) =>
    reference.turnHeads(x, { positions, rope }, { N, D, stride, first, count });
  const back = { N, D, stride: width, first: 0, count: H + K };
  const turned = reference.turnHeads(dQkv, { positions, rope, sign: -1 }, back);
  const want = dQkv.map((v, i) => {
    const c = i % width;
    return c < (H + K) * D ? turned[Math.floor(i / width) * (H + K) * D + c] : v; // value heads stay as they are
  });
  const decoded = (): Check[] => {
    const caches = decodingCaches(b, { P, K, D, positions, stride });
    const q = poisoned(N * H * D);
    ropeDecode(r, { ...t, ...caches.t, q }, { N, H, K, D, stride, P });
    return [{ name: 'q, decoding', got: q, want: heads(0, H), tolerance }, ...caches.filled(heads(H, K), x, tolerance)];
  };
  return [
    { name: 'q', got: t.q, want: heads(0, H), tolerance },
    { name: 'k', got: t.k, want: heads(H, K), tolerance },
    { name: 'dQkv', got: t.dQkv, want, tolerance },
    ...(extra === K * D ? decoded() : []),
  ];
}

export const ROPE = operation<Shape>('rope', {
  small: [{ N: 5, H: 2, K: 1, D: 8, extra: 8 }],
  large: [
    { N: 1, H: 1, K: 1, D: 2, extra: 0 },
    { N: 37, H: 4, K: 2, D: 16, extra: 32 },
    { N: 130, H: 3, K: 1, D: 12, extra: 0 },
    { N: 65, H: 1, K: 1, D: 64, extra: 64 },
  ],
  record,
});
