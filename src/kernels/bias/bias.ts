/** The gradient of a bias. Its forward pass is part of the matmul (`bias`). */
import { defineKernel } from '../../gpu/kernel';
import type { Recorder } from '../../gpu/recorder';
import { expectLength, type Tensor } from '../../gpu/tensor';
import { chunks } from '../launch';
import { NORM_CHUNKS } from '../rms-norm/rms-norm';
import { sumRows } from '../sum-rows/sum-rows';
import source from './bias-backward.wgsl?raw';

const kernel = defineKernel('bias-backward', source);

/** db (C) += the column sums of dy (N,C). `partial` is scratch (NORM_CHUNKS, C). */
export function biasBackward(
  r: Recorder,
  b: { dy: Tensor; db: Tensor; partial: Tensor },
  { N, C }: { N: number; C: number },
): void {
  const { chunk, count } = chunks(N, NORM_CHUNKS);
  expectLength('biasBackward.dy', b.dy, N * C);
  expectLength('biasBackward.partial', b.partial, count * C);
  r.dispatch(kernel, b, { N, C, chunk }, [Math.ceil(C / 64), count]);
  sumRows(r, { partial: b.partial, out: b.db }, { K: count, C });
}
