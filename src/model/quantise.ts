/** Rows of f32 weights as the device stores them (kernels/weights-*.wgsl), and back: what quantising costs is measured with these. */
import { QUANT_GROUP, type Storage } from '../kernels/storage';

/** Bytes of the values and of the scales (none for f32, bf16, f16), as u32 words. */
export interface StoredWords {
  data: Uint32Array<ArrayBuffer>;
  scales: Uint32Array<ArrayBuffer> | null;
}

const word = new Uint32Array(1);
const float = new Float32Array(word.buffer);

/** Bits of the nearest bfloat16, ties to even. */
export function toBf16(x: number): number {
  float[0] = x;
  const bits = word[0];
  return (bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16;
}

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
export function fromHalf(h: number): number {
  const sign = h & 0x8000 ? -1 : 1;
  const exponent = (h >> 10) & 31;
  const fraction = h & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** Packs values whose count is a multiple of the storage's unit (2 for halves, 32 for q8 and q4). */
export function store(values: Float32Array<ArrayBuffer>, storage: Storage): StoredWords {
  switch (storage) {
    case 'f32':
      return { data: new Uint32Array(values.buffer, values.byteOffset, values.length), scales: null };
    case 'bf16':
    case 'f16': {
      const half = storage === 'bf16' ? toBf16 : toHalf;
      const data = new Uint32Array(values.length / 2);
      for (let i = 0; i < data.length; i++) data[i] = half(values[2 * i]) | (half(values[2 * i + 1]) << 16);
      return { data, scales: null };
    }
    case 'q8':
      return storeQ8(values);
    case 'q4':
      return storeQ4(values);
  }
  return storage satisfies never;
}

/** q = round(w / scale), scale = the group's largest |w| / 127: GGUF's Q8_0 comes through unchanged. */
function storeQ8(values: Float32Array): StoredWords {
  const data = new Uint32Array(values.length / 4);
  const scales = new Float32Array(values.length / QUANT_GROUP);
  for (let g = 0; g < scales.length; g++) {
    const at = g * QUANT_GROUP;
    let largest = 0;
    for (let i = at; i < at + QUANT_GROUP; i++) largest = Math.max(largest, Math.abs(values[i]));
    const scale = Math.fround(largest / 127);
    scales[g] = scale;
    for (let i = at; i < at + QUANT_GROUP; i++) {
      const q = scale > 0 ? Math.round(values[i] / scale) : 0;
      data[i >> 2] |= (q & 255) << (8 * (i & 3));
    }
  }
  return { data, scales: new Uint32Array(scales.buffer) };
}

/**
 * w ≈ scale q + least, q in 0 … 15, both constants halves. Of the two grids that GGUF's Q4_1 and Q4_0 use the one with the
 * smaller squared error is taken, so that both come through unchanged.
 */
function storeQ4(values: Float32Array): StoredWords {
  const data = new Uint32Array(values.length / 8);
  const scales = new Uint32Array(values.length / QUANT_GROUP);
  const qs = new Uint8Array(QUANT_GROUP);
  for (let g = 0; g < scales.length; g++) {
    const group = values.subarray(g * QUANT_GROUP, (g + 1) * QUANT_GROUP);
    let [least, most, extreme] = [group[0], group[0], group[0]];
    for (const w of group) {
      if (w < least) least = w;
      if (w > most) most = w;
      if (Math.abs(w) > Math.abs(extreme)) extreme = w;
    }
    const symmetric = toHalf(extreme / -8);
    const grids = [
      [toHalf((most - least) / 15), toHalf(least)],
      [symmetric, toHalf(-8 * fromHalf(symmetric))],
    ];
    const [a, b] = grids.map((grid) => squaredError(group, grid));
    const [scale, base] = a <= b ? grids[0] : grids[1];
    quantiseQ4(group, fromHalf(scale), fromHalf(base), qs);
    scales[g] = scale | (base << 16);
    for (let i = 0; i < QUANT_GROUP; i++) data[(g * QUANT_GROUP + i) >> 3] |= qs[i] << (4 * (i & 7));
  }
  return { data, scales };
}

const nearest = (w: number, scale: number, base: number): number =>
  scale === 0 ? 0 : Math.min(15, Math.max(0, Math.round((w - base) / scale)));

function quantiseQ4(group: Float32Array, scale: number, base: number, out: Uint8Array): void {
  for (let i = 0; i < group.length; i++) out[i] = nearest(group[i], scale, base);
}

function squaredError(group: Float32Array, [scaleBits, baseBits]: readonly number[]): number {
  const [scale, base] = [fromHalf(scaleBits), fromHalf(baseBits)];
  let sum = 0;
  for (const w of group) sum += (nearest(w, scale, base) * scale + base - w) ** 2;
  return sum;
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
