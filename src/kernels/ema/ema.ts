/** Exponential moving average of a buffer. */
import { defineKernel } from '../../gpu/kernel';
import type { Recorder } from '../../gpu/recorder';
import { expectLength, type Tensor } from '../../gpu/tensor';
import { perElement } from '../launch';
import source from './ema.wgsl?raw';

const kernel = defineKernel('ema', source);

/** y (n) = (1 − rate) y + rate x. */
export function ema(r: Recorder, b: { x: Tensor; y: Tensor }, p: { n: number; rate: number }): void {
  expectLength('ema.x', b.x, p.n);
  expectLength('ema.y', b.y, p.n);
  r.dispatch(kernel, b, p, perElement(p.n));
}
