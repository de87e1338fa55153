/** Global-norm clipping and AdamW over one contiguous buffer of parameters. */
import { defineKernel } from '../../gpu/kernel';
import type { Recorder } from '../../gpu/recorder';
import { expectLength, type Tensor } from '../../gpu/tensor';
import { perElement } from '../launch';
import adamwSource from './adamw.wgsl?raw';
import normSource from './global-norm.wgsl?raw';
import finishSource from './global-norm-finish.wgsl?raw';

const stage = defineKernel('global-norm', normSource);
const finish = defineKernel('global-norm-finish', finishSource);
const step = defineKernel('adamw', adamwSource);

/** Partial sums of one chunk; `partial` must hold this many for each. */
export const NORM_SLICES = 256;

/** result (4) = (|g|, clip factor, 1 where finite else 0, 0) over all chunks of g. Two stages, fixed order. */
export function globalNorm(
  r: Recorder,
  b: { g: readonly Tensor[]; partial: Tensor; result: Tensor },
  { maxNorm }: { maxNorm: number },
): void {
  expectLength('globalNorm.partial', b.partial, NORM_SLICES * b.g.length);
  let slices = 0;
  for (const g of b.g) {
    const n = g.bytes / 4;
    const slice = Math.max(1024, Math.ceil(n / NORM_SLICES));
    const count = Math.ceil(n / slice);
    r.dispatch(stage, { g, partial: b.partial }, { n, slice, first: slices }, [count]);
    slices += count;
  }
  r.dispatch(finish, { partial: b.partial, result: b.result }, { slices, maxNorm }, [1]);
}

export interface AdamWOptions {
  lr: number;
  beta1: number;
  beta2: number;
  eps: number;
  weightDecay: number;
  /** The number of this update, from 1. */
  t: number;
}

/** Which elements of x do not decay: the pairs (first element, end) `first` … `first + count − 1`, ascending, in `pairs`. */
export interface Spared {
  readonly pairs: Tensor;
  readonly first: number;
  readonly count: number;
}

/** One AdamW step on g times the clip factor in norm; leaves everything as it was where the norm is not finite. */
export function adamw(
  r: Recorder,
  b: { g: Tensor; norm: Tensor; x: Tensor; m: Tensor; v: Tensor },
  o: AdamWOptions & { n: number; spared?: Spared },
): void {
  expectLength('adamw.x', b.x, o.n);
  const { pairs, first, count } = o.spared ?? { pairs: b.norm, first: 0, count: 0 };
  expectLength('adamw.spared', pairs, 2 * (first + count));
  const params = {
    n: o.n,
    lr: o.lr,
    b1: o.beta1,
    b2: o.beta2,
    eps: o.eps,
    decay: o.weightDecay,
    c1: 1 - o.beta1 ** o.t,
    c2: 1 - o.beta2 ** o.t,
    first,
    count,
  };
  r.dispatch(step, { ...b, spared: pairs }, params, perElement(o.n));
}
