/** Rotary embedding alone, for the families whose queries and keys have no norm of each head. */
import { defineKernel } from '../../gpu/kernel';
import type { Recorder } from '../../gpu/recorder';
import { expectLength, type Tensor } from '../../gpu/tensor';
import { perElement } from '../launch';
import type { HeadShape } from '../qk-norm-rope/qk-norm-rope';
import backwardSource from './rope-backward.wgsl?raw';
import forwardSource from './rope-forward.wgsl?raw';

const forward = defineKernel('rope-forward', forwardSource);
const backward = defineKernel('rope-backward', backwardSource);

/** q (N,H,D) and k (N,K,D), turned, from the first (H+K) D columns of x (N,stride). */
export function ropeForward(
  r: Recorder,
  b: { x: Tensor; positions: Tensor; rope: Tensor; q: Tensor; k: Tensor },
  p: HeadShape & { stride: number },
): void {
  expectLength('ropeForward.x', b.x, p.N * p.stride);
  expectLength('ropeForward.q', b.q, p.N * p.H * p.D);
  r.dispatch(forward, b, p, perElement(p.N * (p.H + p.K)));
}

/** dQkv (N,(H+2K)D), in place: gradients of turned query and key heads in, of the heads before out. */
export function ropeBackward(r: Recorder, b: { positions: Tensor; rope: Tensor; dQkv: Tensor }, p: HeadShape): void {
  expectLength('ropeBackward.dQkv', b.dQkv, p.N * (p.H + 2 * p.K) * p.D);
  r.dispatch(backward, b, p, perElement(p.N * (p.H + p.K)));
}
