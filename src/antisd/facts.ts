/** The facts of a step that its columns do not show, as a log keeps them: with both, the step can be computed again. */
import { maskOf } from './advantages';
import type { Method } from './arms';
import type { DivergenceName } from './divergences';
import type { Aggregation } from './objective';
import type { Shaped, StepSettings } from './step';

export interface MethodFacts
  extends Pick<Method, 'base' | 'sign' | 'combine' | 'standardise' | 'correctOnly' | 'entropyBeta'>,
    Pick<StepSettings, 'maxNewTokens' | 'clipEpsilon' | 'klCoefficient' | 'updates'> {
  divergence: DivergenceName;
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
    sigmaRef,
    mask: Number.isFinite(mask) ? mask : null,
    clamp: m.clampNats > 0 ? m.clampNats : null,
  };
}
