/** The self-test's products with weights that are stored in fewer bits than f32: forward and backward, in every format. */
import { matmul } from '../matmul/matmul';
import { QUANT_GROUP, type WeightFormat } from '../weight-format/weight-format';
import { type Case, wave } from './self-test-bench';

/** Words of a format with what they stand for. */
interface Stored {
  values: number[];
  data: Uint32Array;
  scales: Uint32Array | null;
}

/** Fractions that look random: f of 2^-bits in [0, 1). */
const fraction = (i: number, bits: number): number => Math.imul(i + 1, 2654435761) >>> (32 - bits);

/** A positive half of that fraction: 2^exponent (1 + f / 1024). */
const half = (f: number, exponent: number): { bits: number; value: number } => ({
  bits: ((15 + exponent) << 10) | f,
  value: 2 ** exponent * (1 + f / 1024),
});

/** `count` stored values, a multiple of 32, made from their bits, so that no packing code has a part in it. */
function stored(format: Exclude<WeightFormat, 'f32'>, count: number): Stored {
  const perWord = { bf16: 2, f16: 2, q8: 4, q4: 8 }[format];
  const data = new Uint32Array(count / perWord);
  const scales = format === 'q8' || format === 'q4' ? new Uint32Array(count / QUANT_GROUP) : null;
  const values: number[] = [];
  for (let i = 0; i < count; i++) {
    const g = Math.floor(i / QUANT_GROUP);
    const { bits, value } = element(format, i, g);
    data[Math.floor(i / perWord)] |= bits << ((32 / perWord) * (i % perWord));
    values.push(value);
    if (scales) scales[g] = scaleBits(format, g);
  }
  return { values, data, scales };
}

function element(format: Exclude<WeightFormat, 'f32'>, i: number, g: number): { bits: number; value: number } {
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

const q8Scale = (g: number): number => Math.fround(0.01 * (g + 1));

function scaleBits(format: WeightFormat, g: number): number {
  if (format === 'q8') return new Uint32Array(Float32Array.of(q8Scale(g)).buffer)[0];
  return half(g, -4).bits | ((half(g, -1).bits | 0x8000) << 16);
}

const SHAPES = { NT: [3, 5, 64], NN: [3, 64, 5] };

/** c = a bᵀ (NT) or a b (NN) with rows of b in a format. */
const product =
  (layout: 'NT' | 'NN', format: Exclude<WeightFormat, 'f32'>, [M, N, K] = SHAPES[layout]): Case =>
  async ({ r, put, zeros, error }) => {
    const { values, data, scales } = stored(format, N * K);
    const x = wave(M * K, 20);
    const want = new Float64Array(M * N);
    for (let m = 0; m < M; m++)
      for (let n = 0; n < N; n++)
        for (let k = 0; k < K; k++) want[m * N + n] += x[m * K + k] * values[layout === 'NT' ? n * K + k : k * N + n];
    const c = zeros(M * N);
    const b = { format, data: put(data, 'u32'), scales: scales && put(scales, 'u32') };
    matmul(r, { layout, a: put(x), b, c, M, N, K });
    return error(c, want);
  };

export const STORED_PRODUCTS: Record<string, Case> = {
  ...Object.fromEntries(
    (['bf16', 'f16', 'q8', 'q4'] as const).flatMap((format) =>
      (['NT', 'NN'] as const).map((layout) => [`${layout} ${format}`, product(layout, format)]),
    ),
  ),
  // the broadcast variant has a block of its own for these
  'NT q4, many rows': product('NT', 'q4', [66, 60, 32]),
};
