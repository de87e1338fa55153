/** RMSNorm over rows: forward, and backward in input and weight. */
import { defineKernel } from '../gpu/kernel';
import type { Recorder } from '../gpu/recorder';
import { expectLength, type Tensor } from '../gpu/tensor';
import { chunks, perRow, rowShape } from './launch';
import backwardSource from './rms-norm-backward.wgsl?raw';
import forwardSource from './rms-norm-forward.wgsl?raw';
import weightSource from './rms-norm-weight-backward.wgsl?raw';
import { sumRows } from './sum-rows';

const forward = defineKernel('rms-norm-forward', forwardSource);
const backward = defineKernel('rms-norm-backward', backwardSource);
const weightBackward = defineKernel('rms-norm-weight-backward', weightSource);

/** Chunks of rows that the weight's gradient is summed in; `partial` must hold this many rows of C. */
export const NORM_CHUNKS = 64;

/** y = w x / rms(x); x and y are (N,C), w is (C), rstd is (N). */
export function rmsNormForward(
  r: Recorder,
  b: { x: Tensor; w: Tensor; y: Tensor; rstd: Tensor },
  p: { N: number; C: number; eps: number },
): void {
  expectLength('rmsNormForward.x', b.x, p.N * p.C);
  expectLength('rmsNormForward.rstd', b.rstd, p.N);
  const shape = rowShape(r.gpu);
  r.dispatch(forward, b, p, perRow(p.N, shape), shape);
}

/** dx += (add) or = the gradient of rmsNormForward in x; dw += the gradient in w. `partial` is scratch (NORM_CHUNKS, C). */
export function rmsNormBackward(
  r: Recorder,
  b: { x: Tensor; w: Tensor; rstd: Tensor; dy: Tensor; dx: Tensor; dw: Tensor; partial: Tensor },
  p: { N: number; C: number; add: boolean },
): void {
  expectLength('rmsNormBackward.dx', b.dx, p.N * p.C);
  const shape = rowShape(r.gpu);
  r.dispatch(backward, b, { ...p, add: p.add ? 1 : 0 }, perRow(p.N, shape), shape);
  const { chunk, count } = chunks(p.N, NORM_CHUNKS);
  expectLength('rmsNormBackward.partial', b.partial, count * p.C);
  r.dispatch(weightBackward, b, { N: p.N, C: p.C, K: count, chunk }, [Math.ceil(p.C / 64), count]);
  sumRows(r, { partial: b.partial, out: b.dw }, { K: count, C: p.C });
}
