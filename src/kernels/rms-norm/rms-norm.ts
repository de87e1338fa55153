/** RMSNorm over rows: forward, and backward in input and weight. */
import { defineKernel } from '../../gpu/kernel';
import type { Recorder } from '../../gpu/recorder';
import { expectLength, type Tensor } from '../../gpu/tensor';
import { chunks, perRow, rowShape } from '../launch';
import { sumRows } from '../sum-rows/sum-rows';
import backwardSource from './rms-norm-backward.wgsl?raw';
import forwardSource from './rms-norm-forward.wgsl?raw';
import weightSource from './rms-norm-weight-backward.wgsl?raw';

const forward = defineKernel('rms-norm-forward', forwardSource);
const backward = defineKernel('rms-norm-backward', backwardSource);
const weightBackward = defineKernel('rms-norm-weight-backward', weightSource);

/** Chunks of rows that the weight's gradient is summed in; `partial` must hold this many rows of C. */
export const NORM_CHUNKS = 64;

/** The C columns `from` … of a matrix of `width` columns. */
export interface Columns {
  from: number;
  width: number;
}

/**
 * y = w x / rms(x), plus `residual` where given; x and y are (N,C) or columns of wider matrices, w is (C), rstd is (N).
 * The residual lies as y does.
 */
export function rmsNormForward(
  r: Recorder,
  b: { x: Tensor; w: Tensor; y: Tensor; rstd: Tensor; residual?: Tensor },
  p: { N: number; C: number; eps: number; xColumns?: Columns; yColumns?: Columns },
): void {
  const [from, to] = [p.xColumns ?? { from: 0, width: p.C }, p.yColumns ?? { from: 0, width: p.C }];
  expectLength('rmsNormForward.x', b.x, p.N * from.width);
  expectLength('rmsNormForward.y', b.y, p.N * to.width);
  expectLength('rmsNormForward.rstd', b.rstd, p.N);
  const shape = rowShape(r.gpu);
  const { N, C, eps } = p;
  const params = { N, C, eps, xs: from.width, x0: from.from, ys: to.width, y0: to.from };
  const constants = { ...shape, ADD: b.residual ? 1 : 0 };
  r.dispatch(forward, { ...b, residual: b.residual ?? b.x }, params, perRow(p.N, shape), constants);
}

/**
 * dx += (add) or = the gradient of rmsNormForward in x; without dy, dx holds it and is overwritten. dw, where given, +=
 * the gradient in w. `partial` is scratch (NORM_CHUNKS, C). x, dy and dx lie alike: (N,C) or `columns` of wider matrices.
 */
export function rmsNormBackward(
  r: Recorder,
  b: { x: Tensor; w: Tensor; rstd: Tensor; dy?: Tensor; dx: Tensor; dw?: Tensor; partial: Tensor },
  p: { N: number; C: number; add: boolean; columns?: Columns },
): void {
  const { from, width } = p.columns ?? { from: 0, width: p.C };
  expectLength('rmsNormBackward.dx', b.dx, p.N * width);
  const params = { N: p.N, C: p.C, stride: width, start: from };
  if (b.dw) {
    // first: in place, the next kernel overwrites dy
    const { chunk, count } = chunks(p.N, NORM_CHUNKS);
    expectLength('rmsNormBackward.partial', b.partial, count * p.C);
    const grid = [Math.ceil(p.C / 64), count] as const;
    const terms = { x: b.x, rstd: b.rstd, dy: b.dy ?? b.dx, partial: b.partial };
    r.dispatch(weightBackward, terms, { N: p.N, C: p.C, stride: width, start: from, K: count, chunk }, grid);
    sumRows(r, { partial: b.partial, out: b.dw }, { K: count, C: p.C });
  }
  const shape = rowShape(r.gpu);
  const constants = { ...shape, MODE: !b.dy ? 2 : p.add ? 1 : 0 };
  r.dispatch(backward, { ...b, dy: b.dy ?? b.x }, params, perRow(p.N, shape), constants);
}
