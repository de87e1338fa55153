/**
 * ggml's quantised blocks as f32, bit for bit what ggml's own dequantize_row_* gives: each product and sum is rounded to
 * f32 where ggml rounds it. In the layouts below d and m are half-precision scales, q the packed integers.
 */
import { halfTable, toFloat32 } from '../float-formats';
import { BLOCKS, type BlockType } from './blocks';

const { fround } = Math;

/** Decodes `count` blocks that begin at byte 0 of `q` into `out`. */
type Decode = (q: Uint8Array, count: number, out: Float32Array, half: Float32Array) => void;

/**
 * The elements of whole blocks, in the file's order. `raw` holds a whole number of them. They lie in `room`, where that is
 * given, or may share memory with `raw`.
 */
export function dequantise(
  raw: Uint8Array<ArrayBuffer>,
  type: BlockType,
  room?: Float32Array<ArrayBuffer>,
): Float32Array<ArrayBuffer> {
  if (type === 'F32' || type === 'F16' || type === 'BF16') return toFloat32(raw, type, room);
  const { elements, bytes } = BLOCKS[type];
  const count = raw.length / bytes;
  const out = room?.subarray(0, count * elements) ?? new Float32Array(count * elements);
  DECODERS[type](raw, count, out, halfTable());
  return out;
}

const u16 = (q: Uint8Array, at: number): number => q[at] | (q[at + 1] << 8);
const i8 = (byte: number): number => (byte << 24) >> 24;

/** d | 32 × i8.  x = d q */
const q8_0: Decode = (q, count, out, half) => {
  for (let b = 0, at = 0, o = 0; b < count; b++, at += 34) {
    const d = half[u16(q, at)];
    for (let i = 0; i < 32; i++) out[o++] = d * i8(q[at + 2 + i]);
  }
};

/** d | 16 bytes: element i in the low nibble of byte i, element 16 + i in the high one.  x = d (q − 8) */
const q4_0: Decode = (q, count, out, half) => {
  for (let b = 0, at = 0, o = 0; b < count; b++, at += 18, o += 32) {
    const d = half[u16(q, at)];
    for (let i = 0; i < 16; i++) {
      const byte = q[at + 2 + i];
      out[o + i] = d * ((byte & 15) - 8);
      out[o + 16 + i] = d * ((byte >> 4) - 8);
    }
  }
};

/** d | m | 16 bytes as in Q4_0.  x = d q + m */
const q4_1: Decode = (q, count, out, half) => {
  for (let b = 0, at = 0, o = 0; b < count; b++, at += 20, o += 32) {
    const d = half[u16(q, at)];
    const m = half[u16(q, at + 2)];
    for (let i = 0; i < 16; i++) {
      const byte = q[at + 4 + i];
      out[o + i] = fround(d * (byte & 15)) + m;
      out[o + 16 + i] = fround(d * (byte >> 4)) + m;
    }
  }
};

/** d | fifth bits, one bit an element | 16 bytes as in Q4_0.  x = d (q − 16) */
const q5_0: Decode = (q, count, out, half) => {
  for (let b = 0, at = 0, o = 0; b < count; b++, at += 22, o += 32) {
    const d = half[u16(q, at)];
    const fifth = u16(q, at + 2) | (u16(q, at + 4) << 16);
    for (let i = 0; i < 16; i++) {
      const byte = q[at + 6 + i];
      out[o + i] = d * (((byte & 15) | (((fifth >>> i) & 1) << 4)) - 16);
      out[o + 16 + i] = d * (((byte >> 4) | (((fifth >>> (16 + i)) & 1) << 4)) - 16);
    }
  }
};

/** d | m | fifth bits | 16 bytes as in Q4_0.  x = d q + m */
const q5_1: Decode = (q, count, out, half) => {
  for (let b = 0, at = 0, o = 0; b < count; b++, at += 24, o += 32) {
    const d = half[u16(q, at)];
    const m = half[u16(q, at + 2)];
    const fifth = u16(q, at + 4) | (u16(q, at + 6) << 16);
    for (let i = 0; i < 16; i++) {
      const byte = q[at + 8 + i];
      out[o + i] = fround(d * ((byte & 15) | (((fifth >>> i) & 1) << 4))) + m;
      out[o + 16 + i] = fround(d * ((byte >> 4) | (((fifth >>> (16 + i)) & 1) << 4))) + m;
    }
  }
};

/** 16 bytes of 4-bit scales and minima | 64 bytes q | d | m.  x = d s q − m t, s and t for 16 elements each */
const q2_K: Decode = (q, count, out, half) => {
  for (let b = 0, at = 0, o = 0; b < count; b++, at += 84) {
    const d = half[u16(q, at + 80)];
    const m = half[u16(q, at + 82)];
    for (let group = 0; group < 16; group++) {
      const scale = fround(d * (q[at + group] & 15));
      const least = fround(m * (q[at + group] >> 4));
      const from = at + 16 + 32 * (group >> 3) + 16 * (group & 1);
      const shift = group & 6;
      for (let i = 0; i < 16; i++) out[o++] = fround(scale * ((q[from + i] >> shift) & 3)) - least;
    }
  }
};

/** 32 bytes of third bits | 64 bytes of the lower two | 12 bytes: 16 scales of 6 bits | d.  x = d (s − 32) (q − 4) */
const q3_K: Decode = (q, count, out, half) => {
  for (let b = 0, at = 0, o = 0; b < count; b++, at += 110) {
    const d = half[u16(q, at + 108)];
    const scales = at + 96;
    for (let group = 0; group < 16; group++) {
      const low = (q[scales + (group & 7)] >> (group < 8 ? 0 : 4)) & 15;
      const high = (q[scales + 8 + (group & 3)] >> (2 * (group >> 2))) & 3;
      const scale = fround(d * ((low | (high << 4)) - 32));
      const thirds = at + 16 * (group & 1);
      const from = at + 32 + 32 * (group >> 3) + 16 * (group & 1);
      const shift = group & 6;
      for (let i = 0; i < 16; i++) {
        const third = (q[thirds + i] >> (group >> 1)) & 1;
        out[o++] = scale * (((q[from + i] >> shift) & 3) + 4 * third - 4);
      }
    }
  }
};

/** Scale and minimum `j` of the 8 pairs of 6 bits that Q4_K and Q5_K pack into the 12 bytes at `at`. */
const scaleOf = (q: Uint8Array, at: number, j: number): number =>
  j < 4 ? q[at + j] & 63 : (q[at + 4 + j] & 15) | ((q[at + j - 4] >> 6) << 4);
const leastOf = (q: Uint8Array, at: number, j: number): number =>
  j < 4 ? q[at + 4 + j] & 63 : (q[at + 4 + j] >> 4) | ((q[at + j] >> 6) << 4);

/** d | m | 12 bytes of scales | 128 bytes, 32 for the low and high nibbles of two groups.  x = d s q − m t */
const q4_K: Decode = (q, count, out, half) => {
  for (let b = 0, at = 0, o = 0; b < count; b++, at += 144) {
    const d = half[u16(q, at)];
    const m = half[u16(q, at + 2)];
    for (let group = 0; group < 8; group++) {
      const scale = fround(d * scaleOf(q, at + 4, group));
      const least = fround(m * leastOf(q, at + 4, group));
      const from = at + 16 + 32 * (group >> 1);
      const shift = 4 * (group & 1);
      for (let i = 0; i < 32; i++) out[o++] = fround(scale * ((q[from + i] >> shift) & 15)) - least;
    }
  }
};

/** d | m | 12 bytes of scales | 32 bytes of fifth bits, bit g for group g | 128 bytes as in Q4_K.  x = d s q − m t */
const q5_K: Decode = (q, count, out, half) => {
  for (let b = 0, at = 0, o = 0; b < count; b++, at += 176) {
    const d = half[u16(q, at)];
    const m = half[u16(q, at + 2)];
    for (let group = 0; group < 8; group++) {
      const scale = fround(d * scaleOf(q, at + 4, group));
      const least = fround(m * leastOf(q, at + 4, group));
      const from = at + 48 + 32 * (group >> 1);
      const shift = 4 * (group & 1);
      for (let i = 0; i < 32; i++) {
        const fifth = (q[at + 16 + i] >> group) & 1;
        out[o++] = fround(scale * (((q[from + i] >> shift) & 15) | (fifth << 4))) - least;
      }
    }
  }
};

/** 128 bytes of the lower four bits | 64 bytes of the upper two | 16 scales i8 | d.  x = d s (q − 32) */
const q6_K: Decode = (q, count, out, half) => {
  for (let b = 0, at = 0, o = 0; b < count; b++, at += 210) {
    const d = half[u16(q, at + 208)];
    for (let group = 0; group < 16; group++) {
      const scale = fround(d * i8(q[at + 192 + group]));
      const within = group & 7; // 128 elements share 64 bytes of lower and 32 of upper bits
      const low = at + 64 * (group >> 3) + 16 * (within & 3);
      const high = at + 128 + 32 * (group >> 3) + 16 * (within & 1);
      for (let i = 0; i < 16; i++) {
        const lower = (q[low + i] >> (within < 4 ? 0 : 4)) & 15;
        out[o++] = scale * ((lower | (((q[high + i] >> (within & 6)) & 3) << 4)) - 32);
      }
    }
  }
};

const DECODERS: Readonly<Record<Exclude<BlockType, 'F32' | 'F16' | 'BF16'>, Decode>> = {
  Q4_0: q4_0,
  Q4_1: q4_1,
  Q5_0: q5_0,
  Q5_1: q5_1,
  Q8_0: q8_0,
  Q2_K: q2_K,
  Q3_K: q3_K,
  Q4_K: q4_K,
  Q5_K: q5_K,
  Q6_K: q6_K,
};
