/** Causal grouped-query attention in float64: forward, backward, and one token over a cache. */

export interface Heads {
  H: number;
  K: number;
  D: number;
  /** Keys a query sees, its own among them; null: all before it. */
  window?: number | null;
}

/** Softmax over the keys `first` … `last` of one query head. */
function softmax(
  { first, last, D }: { first: number; last: number; D: number },
  query: (d: number) => number,
  key: (j: number, d: number) => number,
): { p: Float64Array; lse: number } {
  const s = Float64Array.from({ length: last - first + 1 }, (_, i) => {
    let dot = 0;
    for (let d = 0; d < D; d++) dot += query(d) * key(first + i, d);
    return dot / Math.sqrt(D);
  });
  const top = s.reduce((a, b) => Math.max(a, b));
  const lse = top + Math.log(s.reduce((sum, v) => sum + Math.exp(v - top), 0));
  return { p: s.map((v) => Math.exp(v - lse)), lse };
}

interface Packed {
  /** (N,H,D) and (N,K,D), turned. */
  q: ArrayLike<number>;
  k: ArrayLike<number>;
  /** (N,(H+2K)D): value heads are its last K. */
  qkv: ArrayLike<number>;
  /** First token of each sequence, and N at the end. */
  offsets: ArrayLike<number>;
}

/** Every (token, head) of packed sequences with its probabilities; `at` is its place in q, `kv` its key head. */
function* rows({ q, k, offsets }: Packed, { H, K, D, window }: Heads) {
  for (let s = 0; s + 1 < offsets.length; s++)
    for (let n = offsets[s]; n < offsets[s + 1]; n++)
      for (let h = 0; h < H; h++) {
        const kv = Math.floor(h / (H / K));
        const at = (n * H + h) * D;
        const first = window ? Math.max(offsets[s], n - window + 1) : offsets[s];
        const { p, lse } = softmax(
          { first, last: n, D },
          (d) => q[at + d],
          (j, d) => k[(j * K + kv) * D + d],
        );
        yield { n, h, kv, at, first, p, lse };
      }
}

/** out (N,H,D) and lse (N,H). */
export function attention(b: Packed, heads: Heads): { out: Float64Array; lse: Float64Array } {
  const { H, K, D } = heads;
  const N = b.offsets[b.offsets.length - 1];
  const width = (H + 2 * K) * D;
  const [out, lse] = [new Float64Array(N * H * D), new Float64Array(N * H)];
  for (const row of rows(b, heads)) {
    lse[row.n * H + row.h] = row.lse;
    row.p.forEach((p, i) => {
      const value = (row.first + i) * width + (H + K + row.kv) * D;
      for (let d = 0; d < D; d++) out[row.at + d] += p * b.qkv[value + d];
    });
  }
  return { out, lse };
}

/** dQkv (N,(H+2K)D): gradients of the turned queries and keys and of the values, given dOut (N,H,D). */
export function attentionBackward(b: Packed & { dOut: ArrayLike<number> }, heads: Heads): Float64Array {
  const { H, K, D } = heads;
  const { q, k, qkv, dOut } = b;
  const N = b.offsets[b.offsets.length - 1];
  const width = (H + 2 * K) * D;
  const dQkv = new Float64Array(N * width);
  for (const { n, h, kv, at, first, p } of rows(b, heads)) {
    const value = (i: number) => (first + i) * width + (H + K + kv) * D;
    const dp = p.map((_, i) => {
      let sum = 0;
      for (let d = 0; d < D; d++) sum += dOut[at + d] * qkv[value(i) + d];
      return sum;
    });
    const delta = p.reduce((sum, v, i) => sum + v * dp[i], 0);
    p.forEach((v, i) => {
      const ds = (v * (dp[i] - delta)) / Math.sqrt(D);
      const key = ((first + i) * K + kv) * D;
      for (let d = 0; d < D; d++) {
        dQkv[n * width + h * D + d] += ds * k[key + d];
        dQkv[(first + i) * width + (H + kv) * D + d] += ds * q[at + d];
        dQkv[value(i) + d] += v * dOut[at + d];
      }
    });
  }
  return dQkv;
}

/** out (B,H,D): the newest token of each row over its cache (R,P,K,D), positions 0 … positions[b]. */
export function attentionDecode(
  b: { q: ArrayLike<number>; cacheK: ArrayLike<number>; cacheV: ArrayLike<number> } & {
    rows: ArrayLike<number>;
    positions: ArrayLike<number>;
  },
  { H, K, D, P, window }: Heads & { P: number },
): Float64Array {
  const out = new Float64Array(b.rows.length * H * D);
  for (let slot = 0; slot < b.rows.length; slot++)
    for (let h = 0; h < H; h++) {
      const kv = Math.floor(h / (H / K));
      const at = (slot * H + h) * D;
      const last = b.positions[slot];
      const first = window ? Math.max(0, last - window + 1) : 0;
      const place = (t: number) => ((b.rows[slot] * P + t) * K + kv) * D;
      const { p } = softmax(
        { first, last, D },
        (d) => b.q[at + d],
        (t, d) => b.cacheK[place(t) + d],
      );
      p.forEach((v, i) => {
        for (let d = 0; d < D; d++) out[at + d] += v * b.cacheV[place(first + i) + d];
      });
    }
  return out;
}
