/** The language-model head's reductions: log-probability of the target, entropy and top-k over vocabulary tiles; backward. */
import { defineKernel, type Kernel } from '../../gpu/kernel';
import type { Recorder } from '../../gpu/recorder';
import { expectLength, type Tensor } from '../../gpu/tensor';
import { perElement, perRow, rowShape } from '../launch';
import backwardSource from './logprob-backward.wgsl?raw';
import forwardSource from './logprob-forward.wgsl?raw';
import topKSource from './top-k.wgsl?raw';

const forward = defineKernel('logprob-forward', forwardSource);
const backward = defineKernel('logprob-backward', backwardSource);
const topKernels = new Map<number, Kernel>();

/** N rows of logits whose columns first … first + width are at hand, rows W apart. */
export type Tile = {
  N: number;
  W: number;
  first: number;
  width: number;
};

/** Carries `running` (N,4) over the tile; at the last one result (N,4) = (logp, entropy, log-sum-exp, 0), in nats. */
export function logprobForward(
  r: Recorder,
  b: { z: Tensor; y: Tensor; running: Tensor; result: Tensor },
  p: Tile & { last: boolean },
): void {
  expectLength('logprobForward.z', b.z, p.N * p.W);
  expectLength('logprobForward.result', b.result, p.N * 4);
  const shape = rowShape(r.gpu);
  r.dispatch(forward, b, { ...p, last: p.last ? 1 : 0 }, perRow(p.N, shape), shape);
}

/** z becomes the gradient of the sum of w[n] logp[n] in the tile's logits. */
export function logprobBackward(r: Recorder, b: { z: Tensor; y: Tensor; result: Tensor; w: Tensor }, p: Tile): void {
  expectLength('logprobBackward.z', b.z, p.N * p.W);
  expectLength('logprobBackward.w', b.w, p.N);
  r.dispatch(backward, b, p, perElement(p.N * p.width));
}

/** top (N,K,2): the K largest (logit, column) of each row, carried over tiles. */
export function topK(r: Recorder, b: { z: Tensor; top: Tensor }, p: Tile & { K: number }): void {
  expectLength('topK.top', b.top, p.N * p.K * 2);
  let kernel = topKernels.get(p.K);
  if (!kernel) {
    kernel = defineKernel(`top-k-${p.K}`, topKSource.replace('const K: u32 = 5u;', `const K: u32 = ${p.K}u;`));
    topKernels.set(p.K, kernel);
  }
  const { T, R } = rowShape(r.gpu);
  const shape = { T, R: p.K > MOST_SHARED ? 1 : R };
  r.dispatch(kernel, b, p, perRow(p.N, shape), shape);
}

/** With more best ones a row, several rows a workgroup would not fit the 16 KiB that its threads can share. */
const MOST_SHARED = 16;
/** Most that one row can have. */
export const MOST_TOP_K = 64;
