/** The divergence of a student from a teacher at every token, over vocabulary tiles, and its gradient in the student's logits. */
import { defineKernel } from '../../gpu/kernel';
import type { Recorder } from '../../gpu/recorder';
import { expectLength, type Tensor } from '../../gpu/tensor';
import { perElement, perRow, rowShape } from '../launch';
import type { Tile } from '../logprob/logprob';
import backwardSource from './divergence-backward.wgsl?raw';
import forwardSource from './divergence-forward.wgsl?raw';
import massSource from './divergence-mass.wgsl?raw';
import terms from './divergence-terms.wgsl?raw';

const mass = defineKernel('divergence-mass', terms + massSource);
const forward = defineKernel('divergence-forward', terms + forwardSource);
const backward = defineKernel('divergence-backward', terms + backwardSource);

/** Of what a divergence is taken: all of the vocabulary; the student's K best, renormalised; these and a bucket for the rest. */
const SUPPORTS = ['vocabulary', 'top-k', 'top-k-and-rest'] as const;
export type Support = (typeof SUPPORTS)[number];

/** alpha: 0 is KL(T‖S), 1 is KL(S‖T), between them the generalised Jensen–Shannon divergence. K is at least 1 in `top`. */
export interface DivergenceOptions {
  K: number;
  support: Support;
  alpha: number;
}

/** Rows of logits and what is known of them; sizes as in the kernels' headers. */
export interface DivergenceColumns {
  s: Tensor; // (N,W) student's logits
  t: Tensor; // (N,W) teacher's
  top: Tensor; // (N,K,2) of topK, on the student's logits
  result: Tensor; // (N,4) of logprobForward, on the student's logits
  given: Tensor; // (N,4): the teacher's log-sum-exp, the weights of logp and D, 0
  mass: Tensor; // (N,4)
  found: Tensor; // (N,2): D and its slope
}

/** Carries `mass` over the tile; only supports of the K best need it. */
export function divergenceMass(
  r: Recorder,
  b: Pick<DivergenceColumns, 's' | 't' | 'top' | 'mass'>,
  p: Tile & { K: number; last: boolean },
): void {
  expectLength('divergenceMass.t', b.t, p.N * p.W);
  expectLength('divergenceMass.top', b.top, p.N * p.K * 2);
  const shape = rowShape(r.gpu);
  r.dispatch(mass, { ...b }, { ...p, last: p.last ? 1 : 0 }, perRow(p.N, shape), shape);
}

/** Carries `found` over the tile; after the last one it holds D of each row, in nats, and what the gradient needs. */
export function divergenceForward(
  r: Recorder,
  b: DivergenceColumns,
  { support, ...p }: Tile & DivergenceOptions & { last: boolean },
): void {
  expectLength('divergenceForward.t', b.t, p.N * p.W);
  expectLength('divergenceForward.found', b.found, p.N * 2);
  const shape = rowShape(r.gpu);
  const params = { ...p, support: SUPPORTS.indexOf(support), last: p.last ? 1 : 0 };
  r.dispatch(forward, { ...b }, params, perRow(p.N, shape), shape);
}

/** s becomes the gradient of the sum of w[n] logp[n] + b[n] D[n] in the tile's logits, (w, b) as in `given`. */
export function divergenceBackward(
  r: Recorder,
  b: DivergenceColumns & { y: Tensor },
  { support, ...p }: Tile & DivergenceOptions,
): void {
  expectLength('divergenceBackward.given', b.given, p.N * 4);
  r.dispatch(backward, { ...b }, { ...p, support: SUPPORTS.indexOf(support) }, perElement(p.N * p.width));
}
