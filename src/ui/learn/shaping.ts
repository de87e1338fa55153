/** The settings of chapter (e) and what they make of a token and of a response, by the method's own functions. */
import { tokenAdvantages } from '../../antisd/advantages';
import { type Method, resolveMethod } from '../../antisd/arms';
import type { DivergenceName } from '../../antisd/divergences';
import { newSignals } from '../../antisd/signals';
import type { ScoredText } from '../../inspect/types';
import { DEFAULT_CONFIG } from '../../settings/config';

export interface Shaping {
  readonly divergence: DivergenceName;
  readonly alpha: number;
  /** −1: AntiSD; +1: self-distillation. */
  readonly sign: -1 | 1;
  readonly lambda: number;
  /** |u| beyond which a token counts as 0, nats; 0: no mask. */
  readonly mask: number;
}

export const FIRST: Shaping = { divergence: 'jensen-shannon', alpha: 0.5, sign: -1, lambda: 0.5, mask: 0 };

export const methodOf = ({ divergence, alpha, sign, lambda, mask }: Shaping): Method =>
  resolveMethod({
    ...DEFAULT_CONFIG,
    ...{ arm: sign < 0 ? 'antisd' : 'sd-jsd', divergence, alpha, lambda, maskNats: mask },
  });

/** What the method adds to the advantage of every token of a response, whose reward counts for nothing here. */
export function termsOf({ ids, s, t }: Pick<ScoredText, 'ids' | 's' | 't'>, shaping: Shaping): Float32Array {
  const row = newSignals([ids], { s: s.slice(), t: t.slice() });
  tokenAdvantages(row, { reward: 0, groupAdvantage: 0 }, methodOf(shaping), shaping.lambda, null);
  return row.term;
}

/** The same of one token alone, of any u. */
export const termOf = (u: number, shaping: Shaping): number =>
  termsOf({ ids: new Uint32Array(1), s: new Float32Array(1), t: Float32Array.of(u) }, shaping)[0];

/** How fast the term grows with u; at a mask's edge, where it jumps, on the flatter side. */
export function slopeOf(u: number, shaping: Shaping): number {
  const h = 0.01;
  const [left, at, right] = [u - h, u, u + h].map((x) => termOf(x, shaping));
  const slopes = [(at - left) / h, (right - at) / h];
  const [flat, steep] = slopes.toSorted((a, b) => Math.abs(a) - Math.abs(b));
  return Math.abs(steep - flat) > 1 + Math.abs(flat) ? flat : (flat + steep) / 2;
}

/** The most that any token can be praised with, however large its |u|; infinite where nothing bounds it. */
export function mostPraise(shaping: Shaping): number {
  const { divergence } = methodOf(shaping);
  const [low, high] = divergence.bounds;
  const [l, h] = shaping.mask > 0 ? [divergence.delta(-shaping.mask), divergence.delta(shaping.mask)] : [low, high];
  return shaping.lambda * Math.max(shaping.sign * l, shaping.sign * h);
}
