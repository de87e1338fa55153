/** Per-head RMSNorm of queries and keys followed by rotary embedding, as one pass; forward and backward. */
import { defineKernel } from '../../gpu/kernel';
import type { Recorder } from '../../gpu/recorder';
import { expectLength, type Tensor } from '../../gpu/tensor';
import { chunks, ELEMENT_WG, perRow, summedHead } from '../launch';
import { type CachePlace, keysTo } from '../rope/keys';
import { sumRows } from '../sum-rows/sum-rows';
import backwardSource from './qk-norm-rope-backward.wgsl?raw';
import forwardSource from './qk-norm-rope-forward.wgsl?raw';
import weightSource from './qk-norm-weight-backward.wgsl?raw';

const forward = defineKernel('qk-norm-rope-forward', keysTo('rows', forwardSource));
/** Without rstd, which only a backward pass reads: a kernel may have eight buffers everywhere, and not a ninth. */
const decode = defineKernel(
  'qk-norm-rope-forward-cache',
  keysTo('cache', forwardSource.replace(/^.*\brstd\b.*$/gm, '')),
);
const backward = defineKernel('qk-norm-rope-backward', backwardSource);
const weightBackward = defineKernel('qk-norm-weight-backward', weightSource);

/** N tokens, H query heads, K key heads, head dimension D. */
export type HeadShape = {
  N: number;
  H: number;
  K: number;
  D: number;
};

/** Chunks of tokens that the weights' gradient is summed in; `partial` must hold this many rows of 2D. */
export const QK_CHUNKS = 64;

/** q (N,H,D) and k (N,K,D), normalised and turned, from qkv (N,(H+2K)D); rstd is (N,H+K). */
export function qkNormRopeForward(
  r: Recorder,
  b: { qkv: Tensor; positions: Tensor; rope: Tensor; w: Tensor; q: Tensor; k: Tensor; rstd: Tensor },
  p: HeadShape & { eps: number },
): void {
  expectLength('qkNormRopeForward.qkv', b.qkv, p.N * (p.H + 2 * p.K) * p.D);
  expectLength('qkNormRopeForward.rstd', b.rstd, p.N * (p.H + p.K));
  const shape = summedHead(r.gpu, p.D);
  r.dispatch(forward, b, { ...p, P: 0 }, perRow(p.N * (p.H + p.K), shape), shape);
}

/** As qkNormRopeForward, for tokens whose keys and values go into a cache of P positions. */
export function qkNormRopeDecode(
  r: Recorder,
  b: { qkv: Tensor; positions: Tensor; rope: Tensor; w: Tensor; q: Tensor } & CachePlace,
  p: HeadShape & { eps: number; P: number },
): void {
  expectLength('qkNormRopeDecode.qkv', b.qkv, p.N * (p.H + 2 * p.K) * p.D);
  const shape = summedHead(r.gpu, p.D);
  r.dispatch(decode, b, p, perRow(p.N * (p.H + 2 * p.K), shape), shape);
}

/** dQkv, in place: gradients of turned heads in, of raw heads out; dw (2,D), where given, += the norm weights' gradient. */
export function qkNormRopeBackward(
  r: Recorder,
  b: {
    qkv: Tensor;
    positions: Tensor;
    rope: Tensor;
    w: Tensor;
    rstd: Tensor;
    dQkv: Tensor;
    dw?: Tensor;
    partial: Tensor;
  },
  p: HeadShape,
): void {
  expectLength('qkNormRopeBackward.dQkv', b.dQkv, p.N * (p.H + 2 * p.K) * p.D);
  const { dw: _, ...bindings } = b;
  if (b.dw) {
    const { chunk, count } = chunks(p.N, QK_CHUNKS);
    expectLength('qkNormRopeBackward.partial', b.partial, count * 2 * p.D);
    r.dispatch(weightBackward, bindings, { ...p, chunk }, [Math.ceil(p.D / ELEMENT_WG), count]);
    sumRows(r, { partial: b.partial, out: b.dw }, { K: count, C: 2 * p.D });
  }
  const shape = summedHead(r.gpu, p.D, p.D / 2);
  r.dispatch(backward, bindings, p, perRow(p.N * (p.H + p.K), shape), shape);
}
