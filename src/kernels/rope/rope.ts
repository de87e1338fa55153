/** Rotary embedding alone, for the families whose queries and keys have no norm of each head. */
import { defineKernel } from '../../gpu/kernel';
import type { Recorder } from '../../gpu/recorder';
import { expectLength, type Tensor } from '../../gpu/tensor';
import { headShape, perRow } from '../launch';
import type { HeadShape } from '../qk-norm-rope/qk-norm-rope';
import { type CachePlace, keysTo } from './keys';
import backwardSource from './rope-backward.wgsl?raw';
import forwardSource from './rope-forward.wgsl?raw';

const forward = defineKernel('rope-forward', keysTo('rows', forwardSource));
const decode = defineKernel('rope-forward-cache', keysTo('cache', forwardSource));
const backward = defineKernel('rope-backward', backwardSource);

/** q (N,H,D) and k (N,K,D), turned, from the first (H+K) D columns of x (N,stride). */
export function ropeForward(
  r: Recorder,
  b: { x: Tensor; positions: Tensor; rope: Tensor; q: Tensor; k: Tensor },
  p: HeadShape & { stride: number },
): void {
  expectLength('ropeForward.x', b.x, p.N * p.stride);
  expectLength('ropeForward.q', b.q, p.N * p.H * p.D);
  const shape = headShape(r.gpu, p.D);
  r.dispatch(forward, b, { ...p, P: 0 }, perRow(p.N * (p.H + p.K), shape), shape);
}

/** As ropeForward, for tokens whose keys and values (the last K D columns of x) go into a cache of P positions. */
export function ropeDecode(
  r: Recorder,
  b: { x: Tensor; positions: Tensor; rope: Tensor; q: Tensor } & CachePlace,
  p: HeadShape & { stride: number; P: number },
): void {
  expectLength('ropeDecode.x', b.x, p.N * p.stride);
  expectLength('ropeDecode.q', b.q, p.N * p.H * p.D);
  const shape = headShape(r.gpu, p.D);
  r.dispatch(decode, b, p, perRow(p.N * (p.H + 2 * p.K), shape), shape);
}

/** dQkv (N,(H+2K)D), in place: gradients of turned query and key heads in, of the heads before out. */
export function ropeBackward(r: Recorder, b: { positions: Tensor; rope: Tensor; dQkv: Tensor }, p: HeadShape): void {
  expectLength('ropeBackward.dQkv', b.dQkv, p.N * (p.H + 2 * p.K) * p.D);
  const shape = headShape(r.gpu, p.D);
  r.dispatch(backward, b, p, perRow(p.N * (p.H + p.K), shape), shape);
}
