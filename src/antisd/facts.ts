/** The facts of a step that its columns do not show, as a log keeps them: with both, the step can be computed again. */
import { type GroupStd, maskOf } from './advantages';
import type { Method } from './arms';
import type { DivergenceName } from './divergences';
import type { Aggregation } from './objective';
import type { Shaped, StepSettings } from './step';

export interface MethodFacts
  extends Pick<Method, 'base' | 'sign' | 'combine' | 'standardise' | 'correctOnly' | 'entropyBeta'>,
    Pick<StepSettings, 'maxNewTokens' | 'clipEpsilon' | 'klCoefficient' | 'updates'> {
  divergence: DivergenceName;
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
    alpha: m.divergence.name === 'alpha' ? c.alpha : null,
    groupStd: c.advantageStd ? c.groupStd : null,
    sigmaRef,
    mask: Number.isFinite(mask) ? mask : null,
    clamp: m.clampNats > 0 ? m.clampNats : null,
  };
}
