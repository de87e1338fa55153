/** The facts of a step that its columns do not show, as a log keeps them: with both, the step can be computed again. */
import { type GroupStd, maskOf } from './advantages';
import type { Evidence, Method } from './arms';
import type { Distil } from './distil';
import type { DivergenceName } from './divergences';
import type { Aggregation } from './objective';
import type { Shaped, StepSettings } from './step';

export interface MethodFacts
  extends Pick<Method, 'base' | 'sign' | 'combine' | 'standardise' | 'correctOnly' | 'entropyBeta'>,
    Pick<StepSettings, 'maxNewTokens' | 'clipEpsilon' | 'klCoefficient' | 'updates'> {
  divergence: DivergenceName;
  /** What phi is made of where it is no divergence's slope; absent in logs of earlier versions. */
  evidence?: Evidence;
  /** ε_w of a ratio; τ of a contrast and the size up to which its term is left out. Absent where they have no part. */
  ratioClip?: number;
  tau?: number;
  threshold?: number;
  /** Weight of the steps' rewards, where they have one. */
  process?: number;
  /** The loss that is distilled, where one is. */
  distil?: Distil;
  /** Order of the α-divergence; null for the others. */
  alpha: number | null;
  /** What group advantages were divided by; null where they were not. */
  groupStd: GroupStd | null;
  aggregation: Aggregation;
  /** Deviation of u in the warm-up, nats. */
  sigmaRef: number;
  /** |u| beyond `mask` counts as 0, the rest is kept within ±`clamp`; nats, null where there is none. */
  mask: number | null;
  clamp: number | null;
}

export function methodFacts({ method: m, sigmaRef }: Shaped, c: StepSettings): MethodFacts {
  const { base, sign, combine, standardise, correctOnly, entropyBeta } = m;
  const { aggregation, maxNewTokens, clipEpsilon, klCoefficient, updates } = c;
  const mask = maskOf(m, sigmaRef);
  return {
    ...{ base, sign, combine, standardise, correctOnly, entropyBeta },
    ...{ aggregation, maxNewTokens, clipEpsilon, klCoefficient, updates },
    divergence: m.divergence.name,
    evidence: m.evidence,
    ...(m.process > 0 && { process: m.process }),
    ...(m.distil && { distil: m.distil }),
    ...(m.evidence === 'ratio' && { ratioClip: m.ratioClip }),
    ...(m.evidence === 'contrast' && { tau: m.tau, threshold: m.threshold }),
    alpha: m.divergence.name === 'alpha' ? c.alpha : null,
    groupStd: c.advantageStd ? c.groupStd : null,
    sigmaRef,
    mask: Number.isFinite(mask) ? mask : null,
    clamp: m.clampNats > 0 ? m.clampNats : null,
  };
}
