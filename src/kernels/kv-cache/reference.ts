/** The KV cache's copies. Caches are (R,P,K,D); KD = K D, and the value heads are the last KD of a row of `stride`. */

interface CacheShape {
  P: number;
  KD: number;
  stride: number;
}

interface Sources {
  k: ArrayLike<number>;
  qkv: ArrayLike<number>;
  cacheK: ArrayLike<number>;
  cacheV: ArrayLike<number>;
}

/** Both caches after the tokens `from` of k and qkv went to the places `to`, counted in positions of all rows. */
function copy(b: Sources, { KD, stride }: CacheShape, moves: Iterable<{ from: number; to: number }>) {
  const [cacheK, cacheV] = [Float64Array.from(b.cacheK), Float64Array.from(b.cacheV)];
  for (const { from, to } of moves)
    for (let c = 0; c < KD; c++) {
      cacheK[to * KD + c] = b.k[from * KD + c];
      cacheV[to * KD + c] = b.qkv[(from + 1) * stride - KD + c];
    }
  return { cacheK, cacheV };
}

/** The newest token of slot b goes to positions[b] of row rows[b]. */
export const append = (b: Sources & { rows: number[]; positions: number[] }, p: CacheShape) =>
  copy(
    b,
    p,
    b.rows.map((row, slot) => ({ from: slot, to: row * p.P + b.positions[slot] })),
  );

/** Row r takes the tokens of its span [start, length] from position 0 on. */
export const fill = (b: Sources & { spans: readonly (readonly [number, number])[] }, p: CacheShape) =>
  copy(
    b,
    p,
    b.spans.flatMap(([start, length], row) =>
      Array.from({ length }, (_, t) => ({ from: start + t, to: row * p.P + t })),
    ),
  );
