/** The gated unit of the MLP, forward and backward. */
import { defineKernel } from '../../gpu/kernel';
import type { Recorder } from '../../gpu/recorder';
import { expectLength, type Tensor } from '../../gpu/tensor';
import { perElement } from '../launch';
import backwardSource from './swiglu-backward.wgsl?raw';
import forwardSource from './swiglu-forward.wgsl?raw';

const forward = defineKernel('swiglu-forward', forwardSource);
const backward = defineKernel('swiglu-backward', backwardSource);

/** y = silu(gate) up; gu is (N,2F) with the gate columns first, y is (N,F). */
export function swigluForward(r: Recorder, b: { gu: Tensor; y: Tensor }, p: { N: number; F: number }): void {
  expectLength('swigluForward.gu', b.gu, p.N * 2 * p.F);
  expectLength('swigluForward.y', b.y, p.N * p.F);
  r.dispatch(forward, b, p, perElement(p.N * p.F));
}

/** gu becomes its gradient, given dy (N,F) in `act`, and act becomes y again, to the bit. */
export function swigluBackward(r: Recorder, b: { gu: Tensor; act: Tensor }, p: { N: number; F: number }): void {
  expectLength('swigluBackward.gu', b.gu, p.N * 2 * p.F);
  expectLength('swigluBackward.act', b.act, p.N * p.F);
  r.dispatch(backward, b, p, perElement(p.N * p.F));
}
