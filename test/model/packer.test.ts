/** WebAssembly packs to the bits of quantise.ts, whose formulas quantise.test.ts checks; what was assembled is what is there. */
import { expect, it } from 'vitest';
import { assembled } from '../../scripts/wat.mjs';
import { toFloat32 } from '../../src/model/weights/float-formats';
import { PACK_WASM } from '../../src/model/weights/pack-wasm';
import { Packer } from '../../src/model/weights/packer';
import { type StoredWords, store } from '../../src/model/weights/quantise';

const GROUPS = 400;
const FORMATS = ['q8', 'q4'] as const;
let state = 11;
const uniform = (): number => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return (state + 0.5) / 2 ** 32;
};
const normal = (): number => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());

const packer = (await Packer.open()) as Packer;

const bytes = ({ data, scales }: StoredWords) =>
  Buffer.concat([data, scales ?? data].map((w) => Buffer.from(w.slice().buffer)));
const same = (a: StoredWords, b: StoredWords): boolean => bytes(a).equals(bytes(b));

const hasSubnormal = (bits: Uint32Array): boolean => bits.some((b) => b > 0 && b < 0x00800000);

function expectSame(values: Float32Array<ArrayBuffer>): void {
  for (const format of FORMATS) {
    const own = packer.values(values.length);
    own.set(values);
    const { data, scales } = store(values, format);
    const packed = packer.pack(own, format);
    const left = format === 'q8' ? hasSubnormal(scales as Uint32Array) : values.some((v) => Math.abs(v) > 65504);
    expect(packed && same(packed, { data, scales }), format).toBe(left ? null : true);
  }
}

const any = new Uint32Array(1);
/** A float of any exponent, subnormal ones too. */
const anyFloat = (): number => {
  any[0] = Math.floor(uniform() * 2 ** 32);
  const [x] = new Float32Array(any.buffer);
  return Number.isFinite(x) ? x : 0;
};

it.each<[string, (i: number) => number]>([
  ['normal', () => 0.02 * normal()],
  ['middles between integers', (i) => (i % 32 === 0 ? 127 : Math.floor(254 * uniform()) - 127 + 0.5) * 2 ** -9],
  ['middles of q4, symmetric', (i) => [-15, 15, Math.floor(31 * uniform()) - 15, 0][Math.min(i % 32, 2)] * 2 ** -7],
  [
    'beside middles of q4',
    (i) => [-15, 15, (Math.floor(31 * uniform()) - 15) * (1 + 2 ** -20 * normal())][Math.min(i % 32, 2)] * 2 ** -7,
  ],
  ['many zeros of both signs', () => (uniform() < 0.7 ? (uniform() < 0.5 ? 0 : -0) : Math.abs(normal()))],
  ['zeros of both signs and negatives', () => (uniform() < 0.7 ? (uniform() < 0.5 ? 0 : -0) : -Math.abs(normal()))],
  ['few distinct', () => Math.fround(0.1) * Math.round(3 * normal())],
  ['all equal', (i) => 0.3 * ((i >> 5) % 7)],
  ['tiny', () => 1e-7 * normal()],
  ['subnormal', () => 1e-41 * normal()],
  ['far from zero', () => 1 + 1e-4 * normal()],
  ['as large as halves', () => 65504 * (2 * uniform() - 1)],
  ['beyond halves', () => 1e5 * normal()],
  ['of any size', () => anyFloat()],
])('%s', (_, value) => {
  expectSame(Float32Array.from({ length: 32 * GROUPS }, (_, i) => value(i)));
});

it('packs bfloat16 as it does its values, of any count of groups, in memory that grows', () => {
  for (const groups of [1, 3, 700]) {
    const halves = Uint16Array.from(
      { length: 32 * groups },
      () => (normal() < 0 ? 0xbc00 : 0x3c00) + Math.floor(512 * uniform()),
    );
    const raw = new Uint8Array(halves.buffer);
    for (const format of FORMATS) {
      const narrow = packer.narrow(halves.length);
      narrow.set(halves);
      const packed = packer.pack(narrow, format) as StoredWords;
      expect(same(packed, store(toFloat32(raw, 'BF16'), format)), format).toBe(true);
    }
  }
});

it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])('tells of %s', (bad) => {
  for (const format of FORMATS) {
    const values = packer.values(96);
    values.fill(0.5);
    values[70] = bad;
    expect(packer.pack(values, format)).toBeNull();
  }
});

it('is what pack.wat says', async () => {
  expect(PACK_WASM).toBe((await assembled()).toString('base64'));
});
