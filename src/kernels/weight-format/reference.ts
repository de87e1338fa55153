/** Matrices in the formats that the device stores, made from their bits, so that no packing code has a part in them. */
import { QUANT_GROUP, type WeightFormat } from './weight-format';

/** Words of a format with what they stand for. */
export interface Stored {
  values: number[];
  data: Uint32Array;
  scales: Uint32Array | null;
}

type Packed = Exclude<WeightFormat, 'f32'>;

/** Fractions that look random: f of 2^-bits in [0, 1). */
const fraction = (i: number, bits: number): number => Math.imul(i + 1, 2654435761) >>> (32 - bits);

/** A positive half of that fraction: 2^exponent (1 + f / 1024). */
const half = (f: number, exponent: number): { bits: number; value: number } => ({
  bits: ((15 + exponent) << 10) | f,
  value: 2 ** exponent * (1 + f / 1024),
});

/** `count` stored values, a multiple of 32, from the `first`th on of an endless series. */
export function stored(format: Packed, count: number, first = 0): Stored {
  const perWord = { bf16: 2, f16: 2, q8: 4, q4: 8 }[format];
  const data = new Uint32Array(count / perWord);
  const scales = format === 'q8' || format === 'q4' ? new Uint32Array(count / QUANT_GROUP) : null;
  const values: number[] = [];
  for (let i = 0; i < count; i++) {
    const g = Math.floor(i / QUANT_GROUP);
    const { bits, value } = element(format, first + i, g);
    data[Math.floor(i / perWord)] |= bits << ((32 / perWord) * (i % perWord));
    values.push(value);
    if (scales) scales[g] = scaleBits(format, g);
  }
  return { values, data, scales };
}

function element(format: Packed, i: number, g: number): { bits: number; value: number } {
  const sign = i % 3 === 0;
  switch (format) {
    case 'bf16': {
      const f = fraction(i, 7);
      return { bits: 0x3f80 | f | (sign ? 0x8000 : 0), value: (sign ? -1 : 1) * (1 + f / 128) };
    }
    case 'f16': {
      const { bits, value } = half(fraction(i, 10), -1);
      return { bits: bits | (sign ? 0x8000 : 0), value: sign ? -value : value };
    }
    case 'q8': {
      const q = fraction(i, 8) - 128;
      return { bits: q & 255, value: q * q8Scale(g) };
    }
    case 'q4': {
      const q = fraction(i, 4);
      return { bits: q, value: q * half(g, -4).value - half(g, -1).value };
    }
  }
  return format satisfies never;
}

/** Scales of q8 and q4 by group; those of q4 are halves, so there are at most 1,024 groups of their own. */
const q8Scale = (g: number): number => Math.fround(0.01 * (g + 1));

function scaleBits(format: Packed, g: number): number {
  if (format === 'q8') return new Uint32Array(Float32Array.of(q8Scale(g)).buffer)[0];
  return half(g, -4).bits | ((half(g, -1).bits | 0x8000) << 16);
}
