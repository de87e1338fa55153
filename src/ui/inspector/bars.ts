/** Signed bars of a column as a few SVG paths, one for each tint. */
import { tintOf } from '../tokens/tint';

export const STRIP_HEIGHT = 24;
/** More bars than this cannot be told apart; each then stands for the largest value of its share. */
const MOST_BARS = 300;

interface Bars {
  /** In bars; each is one wide. */
  readonly width: number;
  readonly paths: readonly { readonly step: number; readonly d: string }[];
}

/** Bars reach the edge at `domain`; smaller values keep a hairline. */
export function barsOf(values: ArrayLike<number>, domain: number): Bars {
  const shown = thinned(values, MOST_BARS);
  const middle = STRIP_HEIGHT / 2;
  const gap = shown.length > 120 ? 0 : 0.12;
  const drawn = new Map<number, string>();
  shown.forEach((value, i) => {
    const share = Math.max(-1, Math.min(1, value / domain));
    if (share === 0) return;
    const step = tintOf(value, { domain, scale: 'both' });
    const height = Math.max(1, Math.abs(share) * (middle - 1));
    const top = share > 0 ? middle - height : middle;
    const bar = `M${i + gap} ${round(top)}h${round(1 - 2 * gap)}v${round(height)}h${round(2 * gap - 1)}z`;
    drawn.set(step, (drawn.get(step) ?? '') + bar);
  });
  return { width: Math.max(1, shown.length), paths: [...drawn].map(([step, d]) => ({ step, d })) };
}

const round = (x: number): number => Math.round(x * 100) / 100;

/** At most `most` values: of each share the one that is largest in size. */
export function thinned(values: ArrayLike<number>, most: number): number[] {
  if (values.length <= most) return Array.from(values);
  return Array.from({ length: most }, (_, k) => {
    const from = Math.floor((k * values.length) / most);
    const to = Math.floor(((k + 1) * values.length) / most);
    let largest = values[from];
    for (let i = from + 1; i < to; i++) if (Math.abs(values[i]) > Math.abs(largest)) largest = values[i];
    return largest;
  });
}
