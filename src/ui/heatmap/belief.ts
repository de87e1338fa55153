/** The belief curve as a drawing and in words. */
import { signed } from '../format';

export const BELIEF_HEIGHT = 40;
/** More points than this cannot be told apart; each share of the tokens then keeps its lowest and its highest. */
const MOST_POINTS = 600;

export interface BeliefDrawing {
  /** The line from (0, V_0 = 0) on, a unit a token. */
  readonly line: string;
  /** Where V = 0 lies. */
  readonly zero: number;
}

/** A curve (n) of at least one token, stretched over the height; zero is always in it. */
export function drawBelief(curve: ArrayLike<number>): BeliefDrawing {
  const values = Array.from(curve);
  const top = values.reduce((a, b) => Math.max(a, b), 0);
  const bottom = values.reduce((a, b) => Math.min(a, b), 0);
  const span = top - bottom || 1;
  const y = (v: number): number => Math.round((1 + ((top - v) / span) * (BELIEF_HEIGHT - 2)) * 100) / 100;
  const points = kept(values).map((i) => `L${i + 1} ${y(values[i])}`);
  return { line: `M0 ${y(0)}${points.join('')}`, zero: y(0) };
}

/** Which tokens are drawn: all, or of each share the lowest and the highest, and the last. */
function kept(values: readonly number[]): number[] {
  const n = values.length;
  if (n <= MOST_POINTS) return values.map((_, i) => i);
  const shares = MOST_POINTS / 2;
  const found = Array.from({ length: shares }, (_, k) => {
    const from = Math.floor((k * n) / shares);
    const share = values.slice(from, Math.floor(((k + 1) * n) / shares));
    return [indexOfLargest(share, -1), indexOfLargest(share, 1)].sort((a, b) => a - b).map((i) => from + i);
  });
  return [...found.flat(), n - 1];
}

const indexOfLargest = (values: ArrayLike<number>, sign: 1 | -1): number => {
  let at = 0;
  for (let i = 1; i < values.length; i++) if (sign * values[i] > sign * values[at]) at = i;
  return at;
};

/** What the drawing shows, for those who do not see it. */
export function describeBelief(curve: ArrayLike<number>, token: number): string {
  const n = curve.length;
  const [low, high] = [indexOfLargest(curve, -1), indexOfLargest(curve, 1)];
  const at = (i: number): string => `${signed(curve[i])} at token ${i + 1}`;
  return `Belief in the context along the response, in nats: ${at(token)} of ${n}, ${signed(curve[n - 1])} at the end; highest ${at(high)}, lowest ${at(low)}.`;
}
