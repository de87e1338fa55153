/** The self-test's rows for the method's own kernels: advantages, objective, sums, counts, quantiles. */
import { histogram } from './histogram';
import { policyWeight } from './policy-weight';
import { quantile, quantileRanks } from './quantile';
import { planSegments, reduceSegments } from './reduce';
import { type Case, wave } from './self-test/self-test-bench';
import { tokenAdvantage } from './token-advantage';

const phi = (u: number) => 0.5 * (Math.max(u, 0) + Math.log1p(Math.exp(-Math.abs(u))) - Math.LN2);
const OFFSETS = [0, 1, 5, 5, 42];
const N = 42;

export const METHOD_CASES: Record<string, Case> = {
  async 'token advantages'({ put, zeros, error, r }) {
    // Standardised, masked Jensen–Shannon; the first rollout has one token, the second λ = 0.
    const [s, t] = [wave(N, 18).map((x) => 4 * x - 4), wave(N, 19).map((x) => 4 * x - 4)];
    const own = [0.5, 0.5, -0.7, 0, 0, 0.5, 0.3, 0.25];
    const want = new Float64Array(N * 4);
    for (let b = 0; b < 4; b++) {
      const [first, end, A, lambda] = [OFFSETS[b], OFFSETS[b + 1], Math.fround(own[2 * b]), own[2 * b + 1]];
      const u = Array.from({ length: end - first }, (_, i) => Math.fround(t[first + i] - s[first + i]));
      const a = u.map((x) => -phi(Math.abs(x) > 3 ? 0 : x));
      const mean = a.reduce((x, y) => x + y, 0) / a.length;
      const deviation = Math.sqrt(a.reduce((x, y) => x + (y - mean) ** 2, 0) / a.length);
      a.forEach((x, i) => {
        const term = deviation > 0 ? lambda * Math.min(5, Math.max(-5, (x - mean) / deviation)) : 0;
        want.set([u[i], -x, term, A + term], (first + i) * 4);
      });
    }
    const b = { s: put(s), t: put(t), offsets: put(OFFSETS, 'u32'), rollouts: put(own), columns: zeros(N * 4) };
    tokenAdvantage(r, b, {
      B: 4,
      N,
      stride: 1,
      divergence: 'jensen-shannon',
      sign: -1,
      combine: 'add',
      mask: 3,
      clamp: Number.POSITIVE_INFINITY,
      standardise: true,
      entropyBeta: 0,
    });
    return error(b.columns, want);
  },

  async 'policy weights'({ put, zeros, error, r }) {
    const [A, s, old, ref] = [wave(N, 20), wave(N, 21), wave(N, 22), wave(N, 23)].map((x) => x.map(Math.fround));
    const [gradient, terms] = [new Float64Array(N), new Float64Array(N * 4)];
    for (let n = 0; n < N; n++) {
      const ratio = Math.exp(s[n] - old[n]);
      const bounded = Math.min(1.2, Math.max(0.8, ratio));
      const clipped = bounded * A[n] < ratio * A[n];
      const d = ref[n] - s[n];
      const k3 = Math.expm1(d) - d;
      terms.set([-0.5 * Math.min(ratio * A[n], bounded * A[n]) + 0.1 * 0.5 * k3, clipped ? 1 : 0, k3, ratio], 4 * n);
      gradient[n] = (clipped ? 0 : -0.5 * ratio * A[n]) - 0.1 * 0.5 * Math.expm1(d);
    }
    const b = {
      columns: put(Array.from({ length: N * 4 }, (_, i) => (i % 4 === 3 ? A[(i - 3) / 4] : 0))),
      s: put(s),
      sOld: put(old),
      sRef: put(ref),
      a: put(new Float32Array(N).fill(0.5)),
      gradient: zeros(N),
      terms: zeros(N * 4),
    };
    policyWeight(r, b, { N, stride: 1, clipEpsilon: 0.2, klCoefficient: 0.1 });
    return Math.max(await error(b.gradient, gradient), await error(b.terms, terms));
  },

  async 'segment sums'({ put, zeros, error, r }) {
    const offsets = [0, 1, 1, 1201];
    const x = wave(1201, 24);
    const want = [x[0], 0, x.subarray(1).reduce((a, b) => a + b, 0) / 1200];
    const plan = planSegments(offsets);
    const b = {
      x: put(x),
      pieces: put(plan.pieces, 'u32'),
      owned: put(plan.owned, 'u32'),
      lengths: put(plan.lengths),
      partial: zeros(plan.P),
      out: zeros(plan.S),
    };
    reduceSegments(r, b, { plan, stride: 1, column: 0, mean: true });
    return error(b.out, want);
  },

  async 'medians, exactly'({ put, zeros, error, r }) {
    const x = wave(N, 25);
    const want = [0, 1, 2, 3].map((k) => {
      const sorted = x.slice(OFFSETS[k], OFFSETS[k + 1]).sort();
      const half = sorted.length >> 1;
      if (sorted.length === 0) return 0;
      return sorted.length % 2 ? sorted[half] : Math.fround((sorted[half - 1] + sorted[half]) / 2);
    });
    const ranks = put(quantileRanks(OFFSETS, 0.5), 'u32');
    const b = { x: put(x), offsets: put(OFFSETS, 'u32'), ranks, out: zeros(4) };
    quantile(r, b, { S: 4, N, stride: 1, column: 0 });
    return (await error(b.out, want)) === 0 ? 0 : 1;
  },

  async histogram({ put, zeros, r }) {
    const x = wave(1201, 26).map((v) => Math.fround(3 * v));
    const want = new Array<number>(9).fill(0);
    for (const v of x) want[Math.min(7, Math.max(0, Math.floor(2 * Math.fround(v + 2))))] += 1;
    const counts = zeros(9);
    histogram(r, { x: put(x), counts }, { N: x.length, stride: 1, column: 0, bins: 8, lo: -2, hi: 2 });
    const read = r.readU32(counts, 9);
    r.submit();
    const got = await read;
    return want.filter((n, i) => n !== got[i]).length;
  },
};
