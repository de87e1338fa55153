/** Floating-point numbers as files hold them, widened to f32. Every value of the narrow formats is exact in f32. */

/** Bytes of one number. */
export const FLOAT_BYTES = { F32: 4, F16: 2, BF16: 2 } as const;
export type FloatFormat = keyof typeof FLOAT_BYTES;

export const isFloatFormat = (dtype: unknown): dtype is FloatFormat =>
  typeof dtype === 'string' && Object.hasOwn(FLOAT_BYTES, dtype);

let table: Float32Array<ArrayBuffer> | undefined;

/** The f32 value of each of the 65,536 half-precision bit patterns. Built on first use. */
export function halfTable(): Float32Array<ArrayBuffer> {
  table ??= buildHalfTable();
  return table;
}

function buildHalfTable(): Float32Array<ArrayBuffer> {
  const bits = new Uint32Array(65536);
  const values = new Float32Array(bits.buffer);
  for (let h = 0; h < 0x8000; h++) {
    const exponent = h >> 10;
    const fraction = h & 0x3ff;
    if (exponent === 31)
      bits[h] = 0x7f800000 | (fraction << 13); // infinity; a NaN keeps its payload
    else values[h] = exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15);
    bits[h | 0x8000] = bits[h] | 0x80000000;
  }
  return values;
}

/** Little-endian numbers of a file as f32. The result lies in `room`, where that is given, or shares memory with `raw`. */
export function toFloat32(
  raw: Uint8Array<ArrayBuffer>,
  dtype: FloatFormat,
  room?: Float32Array<ArrayBuffer>,
): Float32Array<ArrayBuffer> {
  const size = FLOAT_BYTES[dtype];
  const { buffer, byteOffset } = byteOffsetFits(raw, size) ? raw : raw.slice();
  if (dtype === 'F32') return new Float32Array(buffer, byteOffset, raw.length / 4);
  const halves = new Uint16Array(buffer, byteOffset, raw.length / 2);
  const out = room?.subarray(0, halves.length) ?? new Float32Array(halves.length);
  if (dtype === 'BF16') {
    const widened = new Uint32Array(out.buffer, out.byteOffset, out.length);
    for (let i = 0; i < halves.length; i++) widened[i] = halves[i] << 16;
    return out;
  }
  const values = halfTable();
  for (let i = 0; i < halves.length; i++) out[i] = values[halves[i]];
  return out;
}

const byteOffsetFits = (raw: Uint8Array, size: number): boolean => raw.byteOffset % size === 0;
