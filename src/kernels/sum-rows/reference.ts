/** Column sums in float64: out (C) = Σ_k partial[k,c] of partial (K,C). */
export function sumRows(partial: ArrayLike<number>, { K, C }: { K: number; C: number }): Float64Array {
  const out = new Float64Array(C);
  for (let k = 0; k < K; k++) for (let c = 0; c < C; c++) out[c] += partial[k * C + c];
  return out;
}
