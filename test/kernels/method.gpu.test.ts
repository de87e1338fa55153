/** Token advantages and the policy objective on the device against the host's float64 functions. */
import { describe, expect, it } from 'vitest';
import { ARMS, type Method } from '../../src/antisd/arms';
import { DIVERGENCES } from '../../src/antisd/divergences';
import { aggregationWeights, policyObjective } from '../../src/antisd/objective';
import { policyWeight } from '../../src/kernels/policy-weight';
import { tokenAdvantage } from '../../src/kernels/token-advantage';
import { close, wave } from '../setup/close';
import { column, offsetsOf, onDevice, onHost, type Rollouts, rollouts, shapeOf, testForms } from './method';

const method = (more: Partial<Method>): Method => ({ ...ARMS['antisd-paper'].method, ...more });
const bits = (x: ArrayLike<number>) => [...new Uint32Array(Float32Array.from(x).buffer)];

const LENGTHS = [
  [1],
  [1, 1, 1],
  [63],
  [64],
  [65, 1, 257],
  [2, 300, 7, 1, 64, 63, 65, 5, 1, 1, 9, 33, 17, 4, 8, 2, 130],
];
const WHY = 'f32 polynomials: a few ULP of the largest value on the way';

describe.each(testForms())('$form', ({ device }) => {
  /** All four columns against the host's. */
  async function agrees(x: Rollouts, m: Method, stride = 1, tolerance = { atol: 2e-6, rtol: 2e-6, why: WHY }) {
    const got = await onDevice(device, x, m, stride);
    const want = onHost(x, m);
    const all = (pick: (a: (typeof want)[0]) => Float32Array) => want.flatMap((a) => [...pick(a)]);
    expect(column(got, 0), 'u, to the bit').toEqual(all((a) => a.u));
    close(
      column(got, 1),
      all((a) => a.phi),
      tolerance,
      'phi',
    );
    close(
      column(got, 2),
      all((a) => a.term),
      tolerance,
      'term',
    );
    close(
      column(got, 3),
      all((a) => a.advantage),
      tolerance,
      'advantage',
    );
  }

  describe.each(LENGTHS)('rollouts of %i, %i, %i … tokens', (...lengths) => {
    it.each(Object.values(DIVERGENCES))('have the advantages of $label, ±20 nats', async (divergence) => {
      await agrees(rollouts(lengths, 20), method({ divergence }));
      await agrees(rollouts(lengths, 0.01), method({ divergence, sign: 1 }), 4);
    });

    it('are masked, clamped, multiplied and given an entropy bonus', async () => {
      const x = rollouts(lengths, 20);
      await agrees(x, method({ maskNats: 3 }));
      await agrees(x, method({ maskNats: 2.9999, clampNats: 1.1, divergence: DIVERGENCES['reverse-kl'] }));
      await agrees(x, method({ combine: 'multiply' }));
      await agrees(x, method({ entropyBeta: 0.1, lambda: 0, sign: 0 }));
      await agrees(x, method({ maskNats: 1e-9 })); // all masked
    });

    it('are standardised, and then sum to about 0 in each', async () => {
      const x = rollouts(lengths, 20);
      const m = method({ standardise: true, clampNats: 5 });
      const why = 'differences from the mean carry the rounding of sums of φ';
      await agrees(x, m, 4, { atol: 1e-5, rtol: 1e-5, why });
      const term = column(await onDevice(device, x, m), 2);
      const at = offsetsOf(lengths);
      lengths.forEach((n, i) => {
        const own = term.slice(at[i], at[i + 1]);
        // each z is below 5 with an error of a few ULP, and n of them are added; none is clipped in these
        expect(Math.max(...own.map(Math.abs))).toBeLessThan(2.5);
        expect(Math.abs(own.reduce((a, b) => a + b, 0))).toBeLessThan(2e-6 * n);
      });
    });

    it('have the advantage of the reward to the bit where λ is 0', async () => {
      const A = lengths.map((_, i) => [-0, 0, 1e-40, -1.1754942e-38, Math.PI, -0.1][i % 6]);
      const x = { ...rollouts(lengths, 20, 0), A };
      const want = bits(lengths.flatMap((n, i) => Array<number>(n).fill(A[i])));
      for (const arm of Object.values(ARMS)) {
        if (arm.method.entropyBeta > 0) continue;
        for (const standardise of [false, true])
          expect(bits(column(await onDevice(device, x, { ...arm.method, standardise }), 3))).toEqual(want);
      }
    });
  });

  it('φ is exactly 0 where teacher and student agree, and each rollout has its own λ', async () => {
    const x = { ...rollouts([5, 64, 1, 65], 3), lambda: [0, 0.5, 0.25, 0] };
    x.t.set(x.s.subarray(0, 40));
    for (const divergence of Object.values(DIVERGENCES)) {
      const got = await onDevice(device, x, method({ divergence }));
      expect(column(got, 1).slice(0, 40)).toEqual(Array(40).fill(0));
      await agrees(x, method({ divergence }));
    }
  });

  it.each(Object.values(DIVERGENCES))('$label keeps its digits around 0', async (divergence) => {
    const sizes = [1e-6, 1e-4, 3e-3, 0.05, 0.3, 0.34, 0.35, 0.36, 0.69, 0.7, 1, 3, 9, 20, 60];
    const t = Float32Array.from(sizes.flatMap((u) => [u, -u]));
    const x = { lengths: [t.length], s: new Float32Array(t.length), t, A: [0], lambda: [1] };
    const why = 'no difference of nearly equal numbers on the way';
    const want = Float64Array.from(t, (u) => divergence.delta(u));
    close(column(await onDevice(device, x, method({ divergence })), 1), want, { rtol: 5e-7, why }, 'phi');
  });

  it('standardising leaves equal values at 0, and clips an outlier', async () => {
    for (const u of [0, 0.1, -7.3]) {
      const s = new Float32Array(130).fill(-0.7);
      const t = s.map((v) => v + u);
      const x = { lengths: [65, 1, 64], s, t, A: [1, 0, -1], lambda: [0.5, 0.5, 0.5] };
      expect(column(await onDevice(device, x, method({ standardise: true })), 2).every((v) => v === 0)).toBe(true);
    }
    const s = new Float32Array(100).fill(-1);
    const t = s.map((v, i) => (i === 71 ? -20 : v + 0.001 * (i % 3)));
    const x = { lengths: [100], s, t, A: [0], lambda: [0.5] };
    const term = column(await onDevice(device, x, method({ standardise: true })), 2);
    expect(term[71]).toBe(2.5); // z is 9.9 and clipped to 5
  });

  it('says what it cannot take', () => {
    const { r, put } = device;
    const [one, two] = [put([0]), put([0, 0])];
    const b = { s: one, t: one, offsets: two, rollouts: two, columns: put(new Float32Array(4)) };
    const p = { B: 1, N: 1, stride: 1, ...shapeOf(method({})) };
    expect(() => tokenAdvantage(r, b, { ...p, N: 9 })).toThrow(/tokenAdvantage.s .* needs 9/);
    expect(() => tokenAdvantage(r, b, { ...p, divergence: 'wasserstein' as 'alpha' })).toThrow(
      /no divergence "wasserstein"/,
    );
  });

  describe.each([1, 63, 64, 65, 257])('the policy objective of %i tokens', (N) => {
    const advantage = Array.from(wave(N, 4), (x) => Math.fround(2 * x));
    const s = Float32Array.from(wave(N, 5), (x) => -2 - 1.5 * x);
    const a = Float32Array.from(aggregationWeights([N], 'token-mean', 99));

    async function run(sOld: Float32Array, sRef: Float32Array | null, klCoefficient: number, stride = 1) {
      const { r, put, poisoned, read } = device;
      const spread = (v: Float32Array) =>
        put(Float32Array.from({ length: N * stride }, (_, i) => (i % stride ? 1e30 : v[i / stride])));
      const [gradient, terms] = [poisoned(N), poisoned(N * 4)];
      const b = {
        columns: put(advantage.flatMap((A) => [1e30, 1e30, 1e30, A])),
        s: spread(s),
        sOld: spread(sOld),
        sRef: sRef && spread(sRef),
        a: put(a),
        gradient,
        terms,
      };
      policyWeight(r, b, { N, stride, clipEpsilon: 0.2, klCoefficient });
      return { gradient: await read(gradient, N), terms: await read(terms, N * 4) };
    }

    it.each([1, 4])('is the host’s, clipping and KL included; values lie %i apart', async (stride) => {
      // ratios well away from the bounds' rounding, some beyond them on either side
      const sOld = s.map((x, i) => x + [0, 0.1, -0.1, 0.5, -0.5, 3, -3][i % 7]);
      const sRef = s.map((x, i) => x + [0, 1e-4, -1e-3, 0.02, 0.34, -0.36, 2, -9][i % 8]);
      const { gradient, terms } = await run(sOld, sRef, 0.3, stride);
      const want = policyObjective({ advantage, s, sOld, sRef, weights: a, clipEpsilon: 0.2, klCoefficient: 0.3 });
      const tolerance = { atol: 1e-6 / N, rtol: 2e-6, why: 'a few roundings in f32' };
      close(gradient, want.gradient, tolerance, 'gradient');
      const sum = (c: number) => column(terms, c).reduce((x, y) => x + y, 0);
      close([sum(0)], [want.loss], { atol: 2e-6, rtol: 2e-6, why: 'f32 terms, added in f64' }, 'loss');
      expect(sum(1) / N).toBeCloseTo(want.clipFraction, 12);
      const k3 = Array.from(s, (x, i) => Math.expm1(sRef[i] - x) - (sRef[i] - x));
      close(column(terms, 2), k3, { rtol: 4e-7, why: 'k3 keeps its digits around 0' }, 'k3');
      close(
        column(terms, 3),
        Array.from(s, (x, i) => Math.exp(x - sOld[i])),
        { rtol: 5e-7, why: 'e^x to 4 ULP' },
        'ratio',
      );
    });

    it('is −a A to the bit where the ratio is 1, and there is no k3 without a reference', async () => {
      const { gradient, terms } = await run(s, null, 0.3);
      expect([...gradient]).toEqual(advantage.map((A, i) => Math.fround(-a[i] * A)));
      expect(column(terms, 1)).toEqual(advantage.map(() => 0));
      expect(column(terms, 2)).toEqual(advantage.map(() => 0));
      expect(column(terms, 3)).toEqual(advantage.map(() => 1));
    });
  });
});
