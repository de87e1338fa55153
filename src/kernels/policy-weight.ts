/** The policy objective on the device: PPO's clip and the k3 term, as a gradient per token; src/antisd/objective.ts is the reference. */
import { defineKernel } from '../gpu/kernel';
import type { Recorder } from '../gpu/recorder';
import { expectLength, type Tensor } from '../gpu/tensor';
import functions from './expm1.wgsl?raw';
import { perElement } from './launch';
import source from './policy-weight.wgsl?raw';

const kernel = defineKernel('policy-weight', `${source}\n${functions}`);

/**
 * gradient (N) = dLoss/ds and terms (N,4) = (loss, clipped 0 or 1, k3, ratio) of N tokens. `columns` (N,4) comes from
 * tokenAdvantage; s, sOld and sRef hold `stride` values a token, the log-probability first (nats); a (N) are the
 * aggregation weights. sRef null leaves the KL term out, and k3 is 0.
 */
export function policyWeight(
  r: Recorder,
  b: { columns: Tensor; s: Tensor; sOld: Tensor; sRef: Tensor | null; a: Tensor; gradient: Tensor; terms: Tensor },
  p: { N: number; stride: number; clipEpsilon: number; klCoefficient: number },
): void {
  const { N, stride } = p;
  const sRef = b.sRef ?? b.sOld; // a binding needs some tensor
  for (const [name, t] of [['s', b.s] as const, ['sOld', b.sOld] as const, ['sRef', sRef] as const])
    expectLength(`policyWeight.${name}`, t, (N - 1) * stride + 1);
  expectLength('policyWeight.columns', b.columns, N * 4);
  expectLength('policyWeight.a', b.a, N);
  expectLength('policyWeight.gradient', b.gradient, N);
  expectLength('policyWeight.terms', b.terms, N * 4);
  const params = { N, stride, ref_: b.sRef ? 1 : 0, clip: p.clipEpsilon, kl: p.klCoefficient };
  r.dispatch(kernel, { ...b, sRef }, params, perElement(N));
}
