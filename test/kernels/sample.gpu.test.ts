import { describe, expect, it } from 'vitest';
import { philox } from '../../src/kernels/philox/reference';
import { kept } from '../../src/kernels/sample/reference';
import { type SampleParams, sample } from '../../src/kernels/sample/sample';
import { wave } from '../setup/close';
import { testDevice } from '../setup/gpu';

const device = testDevice();
const BASE = { maxNew: 4, nEnds: 0, temperature: 1, topK: 0, topP: 1, seedLo: 5, seedHi: 0, stream: 3 };

/** Draws one token for each of B rows that share these logits; row ids are `first` … */
async function draw(
  logits: Float64Array,
  B: number,
  more: Partial<SampleParams> = {},
  first = 0,
): Promise<Uint32Array> {
  const { r, put } = device;
  const V = logits.length;
  const all = new Float64Array(B * V);
  for (let b = 0; b < B; b++) all.set(logits, b * V);
  const R = first + B;
  const out = put(new Uint32Array(R * 4), 'u32');
  const rows = put(
    Array.from({ length: B }, (_, b) => first + B - 1 - b),
    'u32',
  ); // slots in another order than rows
  sample(
    r,
    { logits: put(all), rows, state: put(new Uint32Array(R * 4), 'u32'), out, ends: put([0], 'u32') },
    { ...BASE, B, V, stride: V, ...more },
  );
  const read = r.readU32(out, R * 4);
  r.submit();
  return (await read).filter((_, i) => i % 4 === 0).slice(first);
}

/** The probabilities at temperature 1. */
const softmax = (z: Float64Array) => kept(z, { temperature: 1, topK: 0, topP: 1 });

describe('sampling', () => {
  it('uses Philox4x32-10: equal logits give the token that the uniform number’s first bits name', async () => {
    const V = 64; // six bits
    const got = await draw(new Float64Array(V), 32);
    const want = Array.from({ length: 32 }, (_, r) =>
      Math.floor((((philox([r, 0, BASE.stream, 0], [BASE.seedLo, 0])[0] >>> 8) + 0.5) / 2 ** 24) * V),
    );
    expect([...got]).toEqual(want);
  });

  it.each([3, 77, 1000])('draws from the softmax over %i columns', async (V) => {
    const z = wave(V, 1).map((x) => 2 * x);
    const p = softmax(z);
    const n = 4096;
    const counts = new Float64Array(V);
    for (const id of await draw(z, n)) counts[id] += 1;
    // χ² over cells of at least 5 expected draws; the bound is six standard deviations above its mean.
    const cells = Array.from(p, (share, v) => [share * n, counts[v]]).filter(([e]) => e >= 5);
    const chi = cells.reduce((sum, [e, c]) => sum + (c - e) ** 2 / e, 0);
    expect(chi).toBeLessThan(cells.length + 6 * Math.sqrt(2 * cells.length));
  });

  it('keeps to top-k and top-p, and to the largest at temperature 0', async () => {
    const z = wave(101, 2).map((x) => 3 * x);
    const order = Array.from(z, (_, v) => v).sort((a, b) => z[b] - z[a]);
    const topK = new Set(await draw(z, 2000, { topK: 3 }));
    expect(topK).toEqual(new Set(order.slice(0, 3)));
    const p = kept(z, { temperature: 1, topK: 0, topP: 0.3 });
    const nucleus = new Set(order.filter((v) => p[v] > 0));
    expect(new Set(await draw(z, 4000, { topP: 0.3 }))).toEqual(nucleus);
    expect(new Set(await draw(z, 5, { temperature: 0 }))).toEqual(new Set([order[0]]));
    expect(new Set(await draw(new Float64Array(9), 5, { temperature: 0 }))).toEqual(new Set([0]));
  });

  it('handles a vocabulary of 151,936', async () => {
    const z = wave(151_936, 3);
    z[150_000] = 30;
    expect([...(await draw(z, 3, { topP: 0.9 }))]).toEqual([150_000, 150_000, 150_000]);
  });

  it('gives a row its tokens whatever the batch it stands in', async () => {
    const z = wave(50, 4);
    const many = await draw(z, 12);
    expect([...(await draw(z, 4, {}, 5))]).toEqual([...many.slice(5, 9)]);
  });

  it('ends rows at each of the end tokens, skips finished ones, and marks logits that are not finite', async () => {
    const { r, put } = device;
    const V = 8;
    const z = new Float64Array(5 * V);
    z[2] = 50; // row 0: token 2, an end token
    z[V + 3] = 50; // row 1 is done already
    z[2 * V + 1] = Number.NaN;
    z[3 * V + 5] = 50; // row 3: token 5, another end token
    z[4 * V + 6] = 50; // row 4: token 6, which is past the two that count
    const state = put([0, 4, 0, 0, 0, 4, 1, 1, 0, 4, 0, 0, 0, 4, 0, 0, 0, 4, 0, 0], 'u32');
    sample(
      r,
      {
        logits: put(z),
        rows: put([0, 1, 2, 3, 4], 'u32'),
        state,
        out: put(new Uint32Array(20), 'u32'),
        ends: put([5, 2, 6], 'u32'),
      },
      { ...BASE, nEnds: 2, B: 5, V, stride: V },
    );
    const read = r.readU32(state, 20);
    r.submit();
    expect([...(await read)]).toEqual([2, 5, 1, 1, 0, 4, 1, 1, 0, 4, 0, 2, 5, 5, 1, 1, 6, 5, 1, 0]);
  });
});
