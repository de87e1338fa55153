/** Products with a weight matrix that lies in one piece or several: y = x Wᵀ, dx = dy W, dW = dyᵀ x (torch.nn.Linear). */
import type { Recorder } from '../../gpu/recorder';
import type { Tensor } from '../../gpu/tensor';
import type { Weight } from '../weight-format/weight-format';
import type { RowNorm } from './call';
import { type AdapterTerms, fuses, matmul } from './matmul';

/** Whether y = x Wᵀ for M rows can norm x first, and gate y where W lies in one piece. */
export const linearFuses = ({ gpu, allowsHalf: half }: Recorder, { pieces, columns: K }: Weight, M: number): boolean =>
  pieces.every(({ rows: N, format }) => fuses(gpu, { M, N, K, format, half }));

/**
 * y (M, rows) = x (M, columns) · Wᵀ, plus an addend like y, or a bias (rows), or what is in y, plus what adapters add. Where
 * `linearFuses`: x normed first; y (M, rows / 2) gated, of a W in one piece.
 */
export function linearForward(
  r: Recorder,
  b: { x: Tensor; w: Weight; y: Tensor; addend?: Tensor; bias?: Tensor; adapters?: AdapterTerms; norm?: RowNorm },
  { M, accumulate, alpha, gated }: { M: number; accumulate?: boolean; alpha?: number; gated?: boolean },
): void {
  const { rows, columns: K } = b.w;
  const width = gated ? rows / 2 : rows;
  for (const piece of b.w.pieces) {
    const cColumns = { from: piece.first, width };
    const { x: a, y: c, addend, bias, norm } = b;
    const adapters = b.adapters && partsWithin(b.adapters, piece.first, piece.rows);
    matmul(r, {
      layout: 'NT',
      a,
      b: piece,
      c,
      M,
      N: piece.rows,
      K,
      addend,
      bias,
      accumulate,
      alpha,
      cColumns,
      adapters,
      norm,
      gated,
    });
  }
}

/** dx (M, columns) = or += dy (M, rows) · W. */
export function linearBackward(
  r: Recorder,
  b: { dy: Tensor; w: Weight; dx: Tensor },
  { M, accumulate = false, alpha }: { M: number; accumulate?: boolean; alpha?: number },
): void {
  const { rows: width, columns: N } = b.w;
  for (const piece of b.w.pieces) {
    const aColumns = { from: piece.first, width };
    const more = accumulate || piece.first > 0;
    matmul(r, { layout: 'NN', a: b.dy, b: piece, c: b.dx, M, N, K: piece.rows, accumulate: more, alpha, aColumns });
  }
}

/** dW (rows, columns) += dyᵀ x, for dy (M, rows) and x (M, columns); dW is f32. */
export function linearWeightBackward(
  r: Recorder,
  b: { dy: Tensor; x: Tensor; dw: Weight },
  { M: K, alpha }: { M: number; alpha?: number },
): void {
  const { rows: width, columns: N } = b.dw;
  for (const { first, rows: M, data } of b.dw.pieces) {
    const aColumns = { from: first, width };
    matmul(r, { layout: 'TN', a: b.dy, b: b.x, c: data, M, N, K, accumulate: true, alpha, aColumns });
  }
}

/** What adapters add to the columns first … first + rows − 1. */
function partsWithin(adapters: AdapterTerms, first: number, rows: number): AdapterTerms {
  let start = 0;
  const parts = adapters.parts.flatMap(({ end, rank, column, row }) => {
    const [from, to] = [Math.max(start, first), Math.min(end, first + rows)];
    const within = { end: to - first, rank, column, row: row + from - start };
    start = end;
    return from < to ? [within] : [];
  });
  return { ...adapters, parts };
}
