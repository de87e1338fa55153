import type { DivergenceOptions } from './divergence';

const TAIL = -1e-7; // TRL keeps the K best's log-mass from 0 by this

interface Rows {
  /** (N,V) logits of student and teacher. */
  s: ArrayLike<number>;
  t: ArrayLike<number>;
}
type Shape = { N: number; V: number } & DivergenceOptions;

const logSumExp = (z: readonly number[]): number => {
  const m = z.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  return m + Math.log(z.reduce((a, x) => a + Math.exp(x - m), 0));
};

/** A row's outcomes: the columns that are outcomes themselves (by rank), and their log-probabilities, the rest's last. */
function outcomes(s: readonly number[], t: readonly number[], { K, support }: DivergenceOptions) {
  const order = s.map((_, v) => v).sort((a, b) => s[b] - s[a] || a - b);
  const columns = support === 'vocabulary' ? s.map((_, v) => v) : order.slice(0, K);
  const [lp, lq] = [s, t].map((z) => {
    const own = columns.map((v) => z[v]);
    const by = logSumExp(support === 'top-k' ? own : [...z]);
    const logs = own.map((x) => x - by);
    if (support !== 'top-k-and-rest') return logs;
    return [...logs, Math.log(-Math.expm1(Math.min(logSumExp(logs), TAIL)))];
  });
  return { columns, lp, lq };
}

/** D and ∂D/∂p of every outcome, from log-probabilities. */
function ofOutcomes(lp: readonly number[], lq: readonly number[], alpha: number) {
  const each = lp.map((a, i) => {
    const [p, q, b] = [Math.exp(a), Math.exp(lq[i]), lq[i]];
    if (alpha === 0) return { d: q * (b - a), slope: -q / p };
    if (alpha === 1) return { d: p * (a - b), slope: a - b };
    const m = Math.log((1 - alpha) * p + alpha * q);
    return { d: (1 - alpha) * p * (a - m) + alpha * q * (b - m), slope: (1 - alpha) * (a - m) };
  });
  return { D: each.reduce((sum, { d }) => sum + d, 0), slopes: each.map(({ slope }) => slope) };
}

const rowsOf = ({ s, t }: Rows, { N, V }: Shape) =>
  Array.from({ length: N }, (_, n) => [s, t].map((z) => Array.from({ length: V }, (_, v) => z[n * V + v])));

/** D of each row (N), nats. */
export const divergence = (b: Rows, shape: Shape): Float64Array =>
  Float64Array.from(rowsOf(b, shape), ([s, t]) => {
    const { lp, lq } = outcomes(s, t, shape);
    return ofOutcomes(lp, lq, shape.alpha).D;
  });

/** (N,V): gradient of Σ_n w[n] logp[n] + b[n] D[n] in the student's logits, logp that of the column y[n]. */
export function divergenceBackward(
  b: Rows & { y: ArrayLike<number>; w: ArrayLike<number>; b: ArrayLike<number> },
  shape: Shape,
): Float64Array {
  const { V, support, alpha } = shape;
  return Float64Array.from(
    rowsOf(b, shape).flatMap(([s, t], n) => {
      const { columns, lp, lq } = outcomes(s, t, shape);
      const { slopes } = ofOutcomes(lp, lq, alpha);
      const mean = slopes.reduce((sum, slope, i) => sum + Math.exp(lp[i]) * slope, 0);
      const lse = logSumExp(s);
      const places = new Map(columns.map((v, at) => [v, at]));
      return Array.from({ length: V }, (_, v) => {
        const p = Math.exp(s[v] - lse);
        const at = places.get(v);
        const outside = support === 'top-k-and-rest' ? p * (slopes[columns.length] - mean) : 0;
        const dD = at === undefined ? outside : Math.exp(lp[at]) * (slopes[at] - mean);
        return b.w[n] * ((v === b.y[n] ? 1 : 0) - p) + b.b[n] * dD;
      });
    }),
  );
}
