/** Dropout with a counter-based mask, which the backward pass draws again instead of keeping it. */
import { defineKernel } from '../../gpu/kernel';
import type { Recorder } from '../../gpu/recorder';
import { expectLength, type Tensor } from '../../gpu/tensor';
import { perElement } from '../launch';
import philox from '../philox/philox.wgsl?raw';
import source from './dropout.wgsl?raw';

const kernel = defineKernel('dropout', source + philox);

/** Names a mask: the same numbers give the same one. `site` tells the places of one pass apart. */
export type DropoutMask = { rate: number; seed: number; stream: number; site: number };

/** y = or += x with the mask applied, over n values; also its own gradient. */
export function dropout(r: Recorder, b: { x: Tensor; y: Tensor }, p: DropoutMask & { n: number; add: boolean }): void {
  expectLength('dropout.x', b.x, p.n);
  expectLength('dropout.y', b.y, p.n);
  const { add, ...params } = p;
  r.dispatch(kernel, b, params, perElement(Math.ceil(p.n / 4)), { ADD: add ? 1 : 0 });
}
