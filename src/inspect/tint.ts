/** The tint of u: seven steps on a fixed domain of ±2 nats, as in the paper's figure, so that all heatmaps share a scale. */

/** |u| at which the strongest tint begins, nats. */
export const TINT_DOMAIN = 2;
/** Shares of the domain at which the three tints begin. */
export const TINT_STEPS = [0.125, 0.5, 1] as const;

/** −3 … 3; 0 is bare surface. */
export function tintOfU(u: number): number {
  const step = TINT_STEPS.filter((start) => Math.abs(u) >= start * TINT_DOMAIN).length;
  return u < 0 ? -step : step;
}

/** The exported pages' class of a step. */
export const tintClass = (step: number): string => (step === 0 ? '' : `${step < 0 ? 'b' : 'a'}${Math.abs(step)}`);
