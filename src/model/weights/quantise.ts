/** Rows of f32 weights as the device stores them (kernels/weight-format), and back: what quantising costs is measured with these. */
import { QUANT_GROUP, storedBytes, type WeightFormat } from '../../kernels/weight-format/weight-format';
import { halfTable } from './float-formats';

type Words = Uint32Array<ArrayBuffer>;

/** Bytes of the values and of the scales (none for f32, bf16, f16), as u32 words. */
export interface StoredWords {
  data: Words;
  scales: Words | null;
}

const word = new Uint32Array(1);
const float = new Float32Array(word.buffer);

/** Bits of the nearest IEEE half, ties to even; larger than 65504 becomes infinity. */
export function toHalf(x: number): number {
  float[0] = x;
  return halfOf(word[0]);
}

/** The same of an f32's bits. */
function halfOf(bits: number): number {
  const sign = (bits >>> 16) & 0x8000;
  const rest = bits & 0x7fffffff;
  if (rest >= 0x47800000) return sign | (rest > 0x7f800000 ? 0x7e00 : 0x7c00);
  if (rest >= 0x38800000) return sign | ((rest - 0x38000000 + 0xfff + ((rest >>> 13) & 1)) >>> 13);
  // subnormal: adding 0.5 lets the f32 adder round to the half's grid of 2^-24
  word[0] = rest;
  float[0] += 0.5;
  return sign | (word[0] - 0x3f000000);
}

/** The number an IEEE half stands for. */
export const fromHalf = (h: number): number => halfTable()[h];

/** Room for `count` values. */
export function wordsFor(format: WeightFormat, count: number): StoredWords {
  const { data, scales } = storedBytes(format, count);
  return { data: new Uint32Array(data / 4), scales: scales === 0 ? null : new Uint32Array(scales / 4) };
}

/** The part of `words` that `count` values take. */
export function firstOf({ data, scales }: StoredWords, format: WeightFormat, count: number): StoredWords {
  const bytes = storedBytes(format, count);
  return { data: data.subarray(0, bytes.data / 4), scales: scales?.subarray(0, bytes.scales / 4) ?? null };
}

/**
 * Packs values whose count is a multiple of the format's unit (2 for halves, 32 for q8 and q4). The words lie in `room`,
 * where there is any; those of f32 are the values themselves.
 */
export function store(values: Float32Array<ArrayBuffer>, format: WeightFormat, room?: StoredWords): StoredWords {
  const bits = wordsOf(values);
  if (format === 'f32') return { data: bits, scales: null };
  const words = room ? firstOf(room, format, values.length) : wordsFor(format, values.length);
  switch (format) {
    case 'bf16':
      storeBf16(bits, words.data);
      break;
    case 'f16':
      storeF16(bits, words.data);
      break;
    case 'q8':
      storeQ8(values, words.data, words.scales as Words);
      break;
    case 'q4':
      storeQ4(values, words.data, words.scales as Words);
      break;
    default:
      format satisfies never;
  }
  return words;
}

const wordsOf = (values: Float32Array<ArrayBuffer>): Words =>
  new Uint32Array(values.buffer, values.byteOffset, values.length);

/** The nearest bfloat16s, ties to even, from the bits of pairs of f32. */
function storeBf16(bits: Words, data: Words): void {
  for (let i = 0; i < data.length; i++)
    data[i] = (roundedBf16(bits[2 * i]) >>> 16) | (roundedBf16(bits[2 * i + 1]) & 0xffff0000);
}

/** The nearest halves, from the bits of pairs of f32. */
function storeF16(bits: Words, data: Words): void {
  for (let i = 0; i < data.length; i++) data[i] = halfOf(bits[2 * i]) | (halfOf(bits[2 * i + 1]) << 16);
}

/** f32 bits whose upper half is the nearest bfloat16. */
const roundedBf16 = (bits: number): number => bits + 0x7fff + ((bits >>> 16) & 1);

/** q = round(w / scale), scale = the group's largest |w| / 127: GGUF's Q8_0 comes through unchanged. */
function storeQ8(values: Float32Array<ArrayBuffer>, data: Words, scaleBits: Words): void {
  const bits = wordsOf(values);
  const scales = new Float32Array(scaleBits.buffer, scaleBits.byteOffset, scaleBits.length);
  for (let g = 0; g < scales.length; g++) {
    const at = g * QUANT_GROUP;
    let largest = 0; // sizes compare as their bits do; without a branch, which would be guessed wrong
    for (let i = at; i < at + QUANT_GROUP; i++) {
      const less = largest - (bits[i] & 0x7fffffff);
      largest -= less & (less >> 31);
    }
    word[0] = largest;
    const scale = Math.fround(float[0] / 127);
    scales[g] = scale;
    if (scale === 0) {
      data.fill(0, at >> 2, (at + QUANT_GROUP) >> 2);
      continue;
    }
    const inverse = 1 / scale;
    for (let i = at; i < at + QUANT_GROUP; i += 4) {
      data[i >> 2] =
        0x80808080 ^
        ((rounded(values[i] * inverse) & 255) |
          ((rounded(values[i + 1] * inverse) & 255) << 8) |
          ((rounded(values[i + 2] * inverse) & 255) << 16) |
          (rounded(values[i + 3] * inverse) << 24));
    }
  }
}

/**
 * 128 + the integer nearest to a quotient above −128 of two f32, upwards from the middle, where the quotient is a product
 * with a reciprocal: off by 2^-45 at most. Quotients that are not k + 1/2 are 2^-25 away from it, so that 2^-40 more sends
 * every middle upwards and nothing else.
 */
const rounded = (x: number): number => (x + (128.5 + 2 ** -40)) | 0;

/**
 * w ≈ scale q + least, q in 0 … 15, both constants halves. Of the two grids that GGUF's Q4_1 and Q4_0 use the one with the
 * smaller squared error is taken, so that both come through unchanged.
 */
function storeQ4(values: Float32Array, data: Words, scales: Words): void {
  const half = halfTable();
  const symmetric = new Uint32Array(WORDS_Q4);
  for (let g = 0, at = 0, to = 0; g < scales.length; g++, at += QUANT_GROUP, to += WORDS_Q4) {
    let [least, most] = [values[at], values[at]];
    for (let i = at + 1; i < at + QUANT_GROUP; i++) {
      const w = values[i];
      if (w < least) least = w;
      if (w > most) most = w;
    }
    const [scale, base] = [toHalf((most - least) / 15), toHalf(least)];
    const error = quantiseQ4(values, at, half[scale], half[base], data, to, Number.POSITIVE_INFINITY);
    const step = toHalf(extreme(values, at, least, most) / -8);
    const shift = toHalf(-8 * half[step]);
    const free = error <= quantiseQ4(values, at, half[step], half[shift], symmetric, 0, error);
    scales[g] = free ? scale | (base << 16) : step | (shift << 16);
    if (!free) data.set(symmetric, to);
  }
}

/** Words of a group in q4. */
const WORDS_Q4 = QUANT_GROUP / 8;

/** The first of a group's values that are farthest from zero, given its least and its largest. */
function extreme(values: Float32Array, at: number, least: number, most: number): number {
  if (-least > most) return least;
  if (most > -least) return most;
  for (let i = at; i < at + QUANT_GROUP; i++) if (values[i] === least || values[i] === most) return values[i];
  return least;
}

/** The group at `at` on a grid, as words from `to` on; gives the squared error, or what of it first reaches `limit`. */
function quantiseQ4(
  values: Float32Array,
  at: number,
  scale: number,
  base: number,
  out: Uint32Array,
  to: number,
  limit: number,
): number {
  let error = 0;
  for (let k = 0; k < WORDS_Q4; k++) {
    let packed = 0;
    for (let i = 0; i < 8; i++) {
      const w = values[at + 8 * k + i];
      const x = scale === 0 ? 0 : (w - base) / scale + 0.5;
      const q = x >= 15 ? 15 : x > 0 ? x | 0 : 0;
      packed |= q << (4 * i);
      const off = q * scale + base - w;
      error += off * off;
    }
    out[to + k] = packed;
    if (error >= limit) return error;
  }
  return error;
}

/** The values that stored words stand for. */
export function unstore({ data, scales }: StoredWords, format: WeightFormat): Float32Array<ArrayBuffer> {
  switch (format) {
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
      const { buffer, byteOffset, length } = scales as Words;
      const scale = new Float32Array(buffer, byteOffset, length);
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
  return format satisfies never;
}
