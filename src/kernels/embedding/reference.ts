/** Rows of a table by their ids, and back; these are copies and sums in token order. */

/** y (N,C) = table[ids[n]]. */
export function gather(table: ArrayLike<number>, ids: ArrayLike<number>, C: number): Float64Array {
  return Float64Array.from({ length: ids.length * C }, (_, i) => table[ids[Math.floor(i / C)] * C + (i % C)]);
}

/** Adds dy[n] to row ids[n] of dTable, in place. */
export function scatterAdd(
  dTable: Float64Array,
  dy: ArrayLike<number>,
  ids: ArrayLike<number>,
  C: number,
): Float64Array {
  for (let n = 0; n < ids.length; n++) for (let c = 0; c < C; c++) dTable[ids[n] * C + c] += dy[n * C + c];
  return dTable;
}
