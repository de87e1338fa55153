/**
 * The belief curve of a rollout (method.md, Measures): V_t = Σ_{i ≤ t} u_i, which by Bayes' rule is
 * log P(c | x, y_≤t) − log P(c | x): how much the text up to token t speaks for the context c. Nats in and out; it ends at
 * Σu, to the bit. P (§5) reads the signal as potential-based shaping by V.
 */
export function beliefCurve(u: ArrayLike<number>): Float64Array<ArrayBuffer> {
  const curve = new Float64Array(u.length);
  let sum = 0;
  for (let i = 0; i < u.length; i++) {
    sum += u[i];
    curve[i] = sum;
  }
  return curve;
}
