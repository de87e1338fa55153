/** Values as tints: one scale for heatmap, losses, inspector and what is exported of them. */
import { TINT_STEPS } from '../../inspect/tint';

export interface TintScale {
  /** Where the strongest tint begins, on either side of zero. */
  readonly domain: number;
  /** 'both': orange below zero, blue above. 'amount': grey, by size alone. */
  readonly scale: 'both' | 'amount';
}

/** The tint of a value: −3 … 3, 0 is bare surface; an amount has no sign. What is not a number has none. */
export function tintOf(value: number, { domain, scale }: TintScale): number {
  const size = Math.abs(value) / domain;
  const step = TINT_STEPS.filter((start) => size >= start).length;
  return scale === 'both' && value < 0 ? -step : step;
}
