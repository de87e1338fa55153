/** Sums and means of a column over segments, in a fixed order: two stages where a segment is long. */
import { defineKernel } from '../gpu/kernel';
import type { Recorder } from '../gpu/recorder';
import { expectLength, type Tensor } from '../gpu/tensor';
import { perRow, rowShape } from './launch';
import source from './reduce.wgsl?raw';

const kernel = defineKernel('reduce', source);

/** Rows that one reduction takes by itself; longer segments are cut into pieces of this. */
const PIECE = 1024;

/** Segments as the kernel wants them, all host data; `pieces` (P+1) refines the segments, `owned` (S+1) counts pieces. */
export interface SegmentPlan {
  /** Number of segments, and of pieces. */
  S: number;
  P: number;
  /** First row of each piece, and N at the end. */
  pieces: Uint32Array<ArrayBuffer>;
  /** First piece of each segment, and P at the end. */
  owned: Uint32Array<ArrayBuffer>;
  /** Length of each segment, 1 where it is empty: the mean of nothing is 0. */
  lengths: Float32Array<ArrayBuffer>;
}

/** Plans segments whose first rows, and N at the end, are `offsets` (S+1). An empty segment keeps one empty piece. */
export function planSegments(offsets: ArrayLike<number>): SegmentPlan {
  const pieces: number[] = [];
  const owned = [0];
  const lengths: number[] = [];
  const S = offsets.length - 1;
  for (let k = 0; k < S; k++) {
    const [first, end] = [offsets[k], offsets[k + 1]];
    pieces.push(first);
    for (let at = first + PIECE; at < end; at += PIECE) pieces.push(at);
    owned.push(pieces.length);
    lengths.push(Math.max(1, end - first));
  }
  return {
    S,
    P: pieces.length,
    pieces: Uint32Array.from([...pieces, offsets[S]]),
    owned: Uint32Array.from(owned),
    lengths: Float32Array.from(lengths),
  };
}

/**
 * out (S) = sum, or mean, of column `column` of x (N,stride) over each segment; 0 for an empty one. `pieces`, `owned` and
 * `lengths` are the plan's arrays on the device; `partial` (P) is scratch.
 */
export function reduceSegments(
  r: Recorder,
  b: { x: Tensor; pieces: Tensor; owned: Tensor; lengths: Tensor; partial: Tensor; out: Tensor },
  p: { plan: SegmentPlan; stride: number; column: number; mean: boolean },
): void {
  const { S, P, pieces } = p.plan;
  const rows = pieces[P];
  if (rows > 0) expectLength('reduceSegments.x', b.x, (rows - 1) * p.stride + p.column + 1);
  expectLength('reduceSegments.pieces', b.pieces, P + 1);
  expectLength('reduceSegments.owned', b.owned, S + 1);
  expectLength('reduceSegments.lengths', b.lengths, S);
  expectLength('reduceSegments.partial', b.partial, P);
  expectLength('reduceSegments.out', b.out, S);
  const shape = rowShape(r.gpu);
  const divide = p.mean ? 1 : 0;
  const { stride, column } = p;
  const divisor = b.lengths;
  if (P === S) {
    const whole = { x: b.x, offsets: b.pieces, divisor, out: b.out };
    r.dispatch(kernel, whole, { S, stride, column, divide }, perRow(S, shape), shape);
    return;
  }
  const first = { x: b.x, offsets: b.pieces, divisor, out: b.partial };
  r.dispatch(kernel, first, { S: P, stride, column, divide: 0 }, perRow(P, shape), shape);
  const second = { x: b.partial, offsets: b.owned, divisor, out: b.out };
  r.dispatch(kernel, second, { S, stride: 1, column: 0, divide }, perRow(S, shape), shape);
}
