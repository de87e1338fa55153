/** Second stage of two-stage column sums. */
import { defineKernel } from '../../gpu/kernel';
import type { Recorder } from '../../gpu/recorder';
import { expectLength, type Tensor } from '../../gpu/tensor';
import { perElement } from '../launch';
import source from './sum-rows.wgsl?raw';

const kernel = defineKernel('sum-rows', source);

/** out[c] += the sum over k of partial[k,c]; partial is (K,C). */
export function sumRows(r: Recorder, b: { partial: Tensor; out: Tensor }, p: { K: number; C: number }): void {
  expectLength('sumRows.partial', b.partial, p.K * p.C);
  expectLength('sumRows.out', b.out, p.C);
  r.dispatch(kernel, b, p, perElement(p.C));
}
