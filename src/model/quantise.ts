/** Rows of f32 weights as the device stores them (kernels/weights-*.wgsl), and back: what quantising costs is measured with these. */
import { QUANT_GROUP, type Storage } from '../kernels/storage';
import { halfTable } from './float-formats';

/** Bytes of the values and of the scales (none for f32, bf16, f16), as u32 words. */
export interface StoredWords {
  data: Uint32Array<ArrayBuffer>;
  scales: Uint32Array<ArrayBuffer> | null;
}

const word = new Uint32Array(1);
const float = new Float32Array(word.buffer);

/** Bits of the nearest IEEE half, ties to even; larger than 65504 becomes infinity. */
export function toHalf(x: number): number {
  float[0] = x;
  const bits = word[0];
  const sign = (bits >>> 16) & 0x8000;
  const rest = bits & 0x7fffffff;
  if (rest >= 0x47800000) return sign | (rest > 0x7f800000 ? 0x7e00 : 0x7c00);
  if (rest < 0x38800000) {
    // subnormal: adding 0.5 lets the f32 adder round to the half's grid of 2^-24
    float[0] = Math.abs(x) + 0.5;
    return sign | (word[0] - 0x3f000000);
  }
  return sign | ((rest - 0x38000000 + 0xfff + ((rest >>> 13) & 1)) >>> 13);
}

/** The number an IEEE half stands for. */
export const fromHalf = (h: number): number => halfTable()[h];

/** Packs values whose count is a multiple of the storage's unit (2 for halves, 32 for q8 and q4). */
export function store(values: Float32Array<ArrayBuffer>, storage: Storage): StoredWords {
  switch (storage) {
    case 'f32':
      return { data: wordsOf(values), scales: null };
    case 'bf16':
      return { data: storeBf16(wordsOf(values)), scales: null };
    case 'f16': {
      const data = new Uint32Array(values.length / 2);
      for (let i = 0; i < data.length; i++) data[i] = toHalf(values[2 * i]) | (toHalf(values[2 * i + 1]) << 16);
      return { data, scales: null };
    }
    case 'q8':
      return storeQ8(values);
    case 'q4':
      return storeQ4(values);
  }
  return storage satisfies never;
}

const wordsOf = (values: Float32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> =>
  new Uint32Array(values.buffer, values.byteOffset, values.length);

/** The nearest bfloat16s, ties to even, from the bits of pairs of f32. */
function storeBf16(bits: Uint32Array): Uint32Array<ArrayBuffer> {
  const data = new Uint32Array(bits.length / 2);
  for (let i = 0; i < data.length; i++)
    data[i] = (roundedBf16(bits[2 * i]) >>> 16) | (roundedBf16(bits[2 * i + 1]) & 0xffff0000);
  return data;
}

/** f32 bits whose upper half is the nearest bfloat16. */
const roundedBf16 = (bits: number): number => bits + 0x7fff + ((bits >>> 16) & 1);

/** q = round(w / scale), scale = the group's largest |w| / 127: GGUF's Q8_0 comes through unchanged. */
function storeQ8(values: Float32Array): StoredWords {
  const data = new Uint32Array(values.length / 4);
  const scales = new Float32Array(values.length / QUANT_GROUP);
  for (let g = 0; g < scales.length; g++) {
    const at = g * QUANT_GROUP;
    let largest = 0;
    for (let i = at; i < at + QUANT_GROUP; i++) {
      const size = Math.abs(values[i]);
      if (size > largest) largest = size;
    }
    const scale = Math.fround(largest / 127);
    scales[g] = scale;
    if (scale === 0) continue;
    for (let i = at; i < at + QUANT_GROUP; i += 4) {
      data[i >> 2] =
        (round(values[i] / scale) & 255) |
        ((round(values[i + 1] / scale) & 255) << 8) |
        ((round(values[i + 2] / scale) & 255) << 16) |
        (round(values[i + 3] / scale) << 24);
    }
  }
  return { data, scales: new Uint32Array(scales.buffer) };
}

/** The nearest integer to a small number, upwards from the middle. */
const round = (x: number): number => Math.floor(x + 0.5);

/**
 * w ≈ scale q + least, q in 0 … 15, both constants halves. Of the two grids that GGUF's Q4_1 and Q4_0 use the one with the
 * smaller squared error is taken, so that both come through unchanged.
 */
function storeQ4(values: Float32Array): StoredWords {
  const data = new Uint32Array(values.length / 8);
  const scales = new Uint32Array(values.length / QUANT_GROUP);
  const [free, symmetric] = [new Uint8Array(QUANT_GROUP), new Uint8Array(QUANT_GROUP)];
  for (let g = 0; g < scales.length; g++) {
    const at = g * QUANT_GROUP;
    let [least, most, extreme] = [values[at], values[at], values[at]];
    for (let i = at + 1; i < at + QUANT_GROUP; i++) {
      const w = values[i];
      if (w < least) least = w;
      if (w > most) most = w;
      if (Math.abs(w) > Math.abs(extreme)) extreme = w;
    }
    const [scale, base] = [toHalf((most - least) / 15), toHalf(least)];
    const step = toHalf(extreme / -8);
    const shift = toHalf(-8 * fromHalf(step));
    const a = quantiseQ4(values, at, scale, base, free);
    const b = quantiseQ4(values, at, step, shift, symmetric);
    const q = a <= b ? free : symmetric;
    scales[g] = a <= b ? scale | (base << 16) : step | (shift << 16);
    for (let i = 0; i < QUANT_GROUP; i += 8) {
      data[(at + i) >> 3] =
        q[i] |
        (q[i + 1] << 4) |
        (q[i + 2] << 8) |
        (q[i + 3] << 12) |
        (q[i + 4] << 16) |
        (q[i + 5] << 20) |
        (q[i + 6] << 24) |
        (q[i + 7] << 28);
    }
  }
  return { data, scales };
}

/** The group at `at` on a grid given as halves, into `out`; gives the squared error. */
function quantiseQ4(values: Float32Array, at: number, scaleBits: number, baseBits: number, out: Uint8Array): number {
  const [scale, base] = [fromHalf(scaleBits), fromHalf(baseBits)];
  let error = 0;
  for (let i = 0; i < QUANT_GROUP; i++) {
    const w = values[at + i];
    const q = scale === 0 ? 0 : Math.min(15, Math.max(0, round((w - base) / scale)));
    out[i] = q;
    const off = q * scale + base - w;
    error += off * off;
  }
  return error;
}

/** The values that stored words stand for. */
export function unstore({ data, scales }: StoredWords, storage: Storage): Float32Array<ArrayBuffer> {
  switch (storage) {
    case 'f32':
      return new Float32Array(data.buffer, data.byteOffset, data.length);
    case 'bf16': {
      const wide = new Uint32Array(data.length * 2);
      for (let i = 0; i < data.length; i++) {
        wide[2 * i] = data[i] << 16;
        wide[2 * i + 1] = data[i] & 0xffff0000;
      }
      return new Float32Array(wide.buffer);
    }
    case 'f16':
      return Float32Array.from({ length: data.length * 2 }, (_, i) =>
        fromHalf((data[i >> 1] >>> (16 * (i & 1))) & 0xffff),
      );
    case 'q8': {
      const scale = new Float32Array((scales as Uint32Array<ArrayBuffer>).buffer);
      return Float32Array.from(
        { length: data.length * 4 },
        (_, i) => scale[Math.floor(i / QUANT_GROUP)] * ((data[i >> 2] << (24 - 8 * (i & 3))) >> 24),
      );
    }
    case 'q4':
      return Float32Array.from({ length: data.length * 8 }, (_, i) => {
        const s = (scales as Uint32Array)[Math.floor(i / QUANT_GROUP)];
        return fromHalf(s & 0xffff) * ((data[i >> 3] >>> (4 * (i & 7))) & 15) + fromHalf(s >>> 16);
      });
  }
  return storage satisfies never;
}
