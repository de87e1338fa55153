/** Packing against its formulas in plain loops, to the bit: middles between two integers, zeros, tiny and large values. */
import { expect, it } from 'vitest';
import { fromHalf, store, toHalf } from '../../src/model/weights/quantise';

const GROUPS = 300;
let state = 5;
const uniform = (): number => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return (state + 0.5) / 2 ** 32;
};
const normal = (): number => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());

const round = (x: number): number => Math.floor(x + 0.5);

function plainQ8(w: Float32Array): { q: number[]; scale: number } {
  const scale = Math.fround(Math.max(...w.map(Math.abs)) / 127);
  return { scale, q: Array.from(w, (x) => (scale === 0 ? 0 : round(x / scale))) };
}

function plainQ4(w: Float32Array): { q: number[]; scales: number } {
  const least = w[w.indexOf(Math.min(...w))]; // the first of equal ones, also of zeros
  const most = w[w.indexOf(Math.max(...w))];
  const extreme = w.reduce((a, x) => (Math.abs(x) > Math.abs(a) ? x : a));
  const step = toHalf(extreme / -8);
  const grids = [
    [toHalf((most - least) / 15), toHalf(least)],
    [step, toHalf(-8 * fromHalf(step))],
  ].map(([s, b]) => {
    const [scale, base] = [fromHalf(s), fromHalf(b)];
    const q = Array.from(w, (x) => (scale === 0 ? 0 : Math.min(15, Math.max(0, round((x - base) / scale)))));
    return { q, scales: (s | (b << 16)) >>> 0, error: q.reduce((e, n, i) => e + (n * scale + base - w[i]) ** 2, 0) };
  });
  return grids[0].error <= grids[1].error ? grids[0] : grids[1];
}

it.each<[string, (i: number) => number]>([
  ['normal', () => 0.02 * normal()],
  ['middles between integers', (i) => (i % 32 === 0 ? 127 : Math.floor(254 * uniform()) - 127 + 0.5) * 2 ** -9],
  ['many zeros of both signs', () => (uniform() < 0.7 ? (uniform() < 0.5 ? 0 : -0) : normal())],
  ['few distinct', () => Math.fround(0.1) * Math.round(3 * normal())],
  ['tiny', () => 1e-7 * normal()],
  ['far from zero', () => 1 + 1e-4 * normal()],
])('q8 and q4: %s', (_, value) => {
  const values = Float32Array.from({ length: 32 * GROUPS }, (_, i) => value(i));
  const [q8, q4] = [store(values, 'q8'), store(values, 'q4')];
  const bytes = new Int8Array(q8.data.buffer);
  const scales = new Float32Array(q8.scales?.buffer ?? new ArrayBuffer(0));
  for (let g = 0; g < GROUPS; g++) {
    const w = values.subarray(32 * g, 32 * g + 32);
    expect({ q: Array.from(bytes.subarray(32 * g, 32 * g + 32)), scale: scales[g] }).toEqual(plainQ8(w));
    const want = plainQ4(w);
    const nibbles = Array.from({ length: 32 }, (_, i) => (q4.data[4 * g + (i >> 3)] >>> (4 * (i & 7))) & 15);
    expect([nibbles, q4.scales?.[g]]).toEqual([want.q, want.scales]);
  }
});
