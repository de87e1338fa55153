/**
 * How much the states of a layer tell about c: InfoNCE over a batch of contexts (van den Oord et al., arXiv 1807.03748,
 * section 2.3; MUSE, arXiv 2110.12606, takes the same kind of bound for features inside a network). The batch is one
 * response under B contexts c_1 … c_B, one of them its own; h_i,t is the state of the layer that predicts token t where
 * the teacher was shown c_i.
 *
 *     I(t) = log B + mean_i [ f(h_i,t, c_i) − log Σ_j exp f(h_i,t, c_j) ] ≤ log B
 *
 * is, in expectation and for any critic f, a lower bound of the mutual information of state and context. Nothing is
 * trained for it: f(h, c_j) = cos(h, e_j) / 0.1, where e_j is the mean state under c_j at the *other* tokens, and all
 * states are taken less their mean over the contexts. It asks whether the state at one token has what the response's other
 * states have of the same context. Below 0: they have less in common than chance, nothing can be read this way.
 */

/** The critic's temperature: as usual for cosines (SimCLR takes 0.1). */
const TEMPERATURE = 0.1;

/**
 * I(t) for every token, nats. `states[i]` holds the states (M,C) under context i, row by row, and is left as it is.
 * All 0 where there are fewer than two contexts, or a token has no others.
 */
export function contextInformation(states: readonly Float32Array[], C: number): Float32Array<ArrayBuffer> {
  const B = states.length;
  const M = B > 0 ? states[0].length / C : 0;
  const information = new Float32Array(M);
  if (B < 2 || M < 2) return information;
  const centred = withoutMean(states);
  const sums = centred.map((x) => rowSum(x, C));
  for (let t = 0; t < M; t++) {
    const own = centred.map((x) => x.subarray(t * C, (t + 1) * C));
    const keys = sums.map((sum, j) => sum.map((x, c) => x - own[j][c]));
    let total = 0;
    own.forEach((h, i) => {
      const f = keys.map((key) => cosine(h, key) / TEMPERATURE);
      total += f[i] - logSumExp(f);
    });
    information[t] = Math.log(B) + total / B;
  }
  return information;
}

function withoutMean(states: readonly Float32Array[]): Float64Array[] {
  const mean = new Float64Array(states[0].length);
  for (const x of states) for (let k = 0; k < x.length; k++) mean[k] += x[k] / states.length;
  return states.map((x) => mean.map((m, k) => x[k] - m));
}

function rowSum(x: Float64Array, C: number): Float64Array {
  const sum = new Float64Array(C);
  for (let k = 0; k < x.length; k++) sum[k % C] += x[k];
  return sum;
}

/** 0 where either has no length. */
function cosine(a: Float64Array, b: Float64Array): number {
  let [ab, aa, bb] = [0, 0, 0];
  for (let c = 0; c < a.length; c++) {
    ab += a[c] * b[c];
    aa += a[c] * a[c];
    bb += b[c] * b[c];
  }
  return aa > 0 && bb > 0 ? ab / Math.sqrt(aa * bb) : 0;
}

function logSumExp(x: readonly number[]): number {
  const most = Math.max(...x);
  return most + Math.log(x.reduce((sum, y) => sum + Math.exp(y - most), 0));
}
