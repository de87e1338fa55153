/** Sums, means, histograms and exact quantiles of columns. */
import { describe, expect, it } from 'vitest';
import { mean, median } from '../../src/antisd/statistics';
import { histogram, MOST_BINS } from '../../src/kernels/histogram';
import { quantile, quantileRanks } from '../../src/kernels/quantile';
import { planSegments, reduceSegments } from '../../src/kernels/reduce';
import { close, wave } from '../setup/close';
import { offsetsOf, testForms } from './method';

const LENGTHS = [[1], [1, 1], [63], [64, 0, 65], [257, 1], [0], [5, 1024, 1025, 3, 0, 2049, 2], [100_003]];
/** WGSL may take a subnormal result of arithmetic for 0. */
const flushed = (x: number) => (Math.abs(x) < 1.1754944e-38 ? 0 : x);

describe.each(testForms())('$form', ({ device }) => {
  /** Segments of `lengths` in column 2 of 3, with poison around it. */
  function data(lengths: readonly number[], values: ArrayLike<number>) {
    const offsets = offsetsOf(lengths);
    const N = offsets[offsets.length - 1];
    const x = device.put(Float32Array.from({ length: N * 3 }, (_, i) => (i % 3 === 2 ? values[(i - 2) / 3] : 1e30)));
    const segments = lengths.map((_, k) => Float32Array.from(values).subarray(offsets[k], offsets[k + 1]));
    return { offsets, N, x, segments, stride: 3, column: 2 };
  }

  async function reduced(lengths: readonly number[], values: ArrayLike<number>, asMean: boolean) {
    const { r, put, poisoned, read } = device;
    const { offsets, x, stride, column } = data(lengths, values);
    const plan = planSegments(offsets);
    const out = poisoned(plan.S + 1);
    const b = {
      x,
      pieces: put(plan.pieces, 'u32'),
      owned: put(plan.owned, 'u32'),
      lengths: put(plan.lengths),
      partial: poisoned(plan.P),
      out,
    };
    reduceSegments(r, b, { plan, stride, column, mean: asMean });
    const got = await read(out, plan.S + 1);
    expect(got[plan.S]).toBe(Math.fround(1e30));
    return got.subarray(0, plan.S);
  }

  describe.each(LENGTHS)('segments of %i, %i, %i … rows', (...lengths) => {
    const N = lengths.reduce((a, b) => a + b, 0);

    it('have their sums and means', async () => {
      const values = wave(N, 1).map((v) => v + 0.3);
      const { segments } = data(lengths, values);
      const sizes = Math.max(1, ...lengths);
      const tolerance = { atol: 6e-8 * 40 * sizes * 0.1, rtol: 1e-6, why: 'f32, blocks of 64 and a tree' };
      close(
        await reduced(lengths, values, false),
        segments.map((x) => mean(x) * x.length),
        tolerance,
        'sums',
      );
      close(
        await reduced(lengths, values, true),
        segments.map(mean),
        { atol: 1e-6, rtol: 1e-6, why: 'the same' },
        'means',
      );
      expect(await reduced(lengths, values, false)).toEqual(await reduced(lengths, values, false));
    });

    it('have exact sums where f32 can hold them', async () => {
      const values = Array.from({ length: N }, (_, i) => (i % 7) - 3);
      const { segments } = data(lengths, values);
      expect([...(await reduced(lengths, values, false))]).toEqual(segments.map((x) => x.reduce((a, b) => a + b, 0)));
    });

    it.each([0.5, 0, 1, 0.9])('have the quantile %f that sorting gives, exactly', async (q) => {
      const { r, put, poisoned, read } = device;
      const odd = [0, -0, 1e-40, -1e-40, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e30, 3, 3, 3, -3];
      const cases = [
        wave(N, 2),
        wave(N, 3).map((v) => Math.round(3 * v)),
        wave(N, 4).map((v, i) => (i % 5 ? v * 1e-3 : odd[i % 11])),
      ];
      for (const values of cases) {
        const { offsets, x, segments, stride, column } = data(lengths, values);
        const out = poisoned(lengths.length);
        const ranks = quantileRanks(offsets, q);
        const b = { x, offsets: put(offsets, 'u32'), ranks: put(ranks, 'u32'), out };
        quantile(r, b, { S: lengths.length, N, stride, column });
        const got = [...(await read(out, lengths.length))];
        const want = segments.map((segment, k) => {
          const sorted = segment.slice().sort();
          const [lo, hi] = [sorted[ranks[2 * k]], sorted[ranks[2 * k + 1]]];
          return segment.length === 0 ? 0 : Object.is(lo, hi) ? lo : 0.5 * Math.fround(lo + hi);
        });
        const whole = q === 0 || q === 1; // one rank: found, not computed, so all its bits are there
        expect(whole ? got : got.map(flushed)).toEqual(whole ? want : want.map(flushed));
        if (q === 0.5)
          expect(got.map(flushed)).toEqual(segments.map((segment) => flushed(Math.fround(median(segment)))));
      }
    });
  });

  describe.each([0, 1, 63, 64, 65, 1023, 1024, 1025, 50_001])('the histogram of %i values', (n) => {
    it.each([1, 7, 40, MOST_BINS])('in %i bins counts each once', async (bins) => {
      const { r } = device;
      const odd = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e30, -2, 2, 0];
      const values = Float32Array.from(wave(n, 5), (v, i) => (i % 11 === 10 ? odd[i % 7] : 2.5 * v));
      const { x, stride, column } = data([n], values);
      const counts = device.put(new Uint32Array(bins + 2).fill(77), 'u32');
      histogram(r, { x, counts }, { N: n, stride, column, bins, lo: -2, hi: 2 });
      const readBack = r.readU32(counts, bins + 2);
      r.submit();
      const got = [...(await readBack)];
      const scale = Math.fround(bins / 4);
      const want = new Array<number>(bins + 1).fill(0);
      for (const v of values) {
        const place = Math.floor(Math.fround(Math.fround(v + 2) * scale));
        want[Number.isNaN(v) ? bins : Math.min(bins - 1, Math.max(0, place))] += 1;
      }
      expect(got.slice(0, bins + 1)).toEqual(want);
      expect(got.slice(0, bins + 1).reduce((a, b) => a + b, 0)).toBe(n);
    });
  });

  it('sorts NaN last, whatever its sign', async () => {
    const { r, put, poisoned, read } = device;
    const x = put([0x7fc00000, 0xffc00001, 0x3f800000, 0xff800000, 0x7f800000], 'u32'); // NaN, NaN, 1, -∞, ∞
    const offsets = put([0, 5], 'u32');
    for (const [rank, value] of [
      Number.NEGATIVE_INFINITY,
      1,
      Number.POSITIVE_INFINITY,
      Number.NaN,
      Number.NaN,
    ].entries()) {
      const out = poisoned(1);
      quantile(r, { x, offsets, ranks: put([rank, rank], 'u32'), out }, { S: 1, N: 5, stride: 1, column: 0 });
      expect([...(await read(out, 1))]).toEqual([value]);
    }
  });

  it('refuses bins that cannot be counted and quantiles that are none', () => {
    const b = { x: device.put([0]), counts: device.put([0, 0], 'u32') };
    const p = { N: 1, stride: 1, column: 0, bins: 4, lo: 0, hi: 1 };
    expect(() => histogram(device.r, b, { ...p, bins: MOST_BINS + 1 })).toThrow(/257 bins .* Take 1 to 256/);
    expect(() => histogram(device.r, b, { ...p, hi: 0 })).toThrow(/upper end above/);
    expect(() => quantileRanks([0, 4], 1.5)).toThrow(/quantile 1.5/);
  });
});
