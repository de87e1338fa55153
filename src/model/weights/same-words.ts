/**
 * Rows of a file whose format holds what a format holds, as that format's words, without computing values between:
 * floats as they are, and ggml's blocks of 32 with scales and integers moved to where kernels/weight-format reads them.
 * The device then computes with exactly the file's values.
 */
import { QUANT_GROUP, type WeightFormat } from '../../kernels/weight-format/weight-format';
import { halfTable } from './float-formats';
import type { BlockType } from './gguf/blocks';
import { firstOf, type StoredWords, toHalf, wordsFor } from './quantise';

type Bytes = Uint8Array<ArrayBuffer>;

interface Direct {
  readonly format: WeightFormat;
  /** `raw` holds whole blocks, and a multiple of four bytes where they are floats, which then share its memory. */
  words(raw: Bytes, room?: StoredWords): StoredWords;
}

/** The format whose words a format's bytes become, and how; none for the other formats. */
export const DIRECT: Readonly<Partial<Record<BlockType, Direct>>> = {
  F32: { format: 'f32', words: (raw) => ({ data: asWords(raw), scales: null }) },
  BF16: { format: 'bf16', words: (raw) => ({ data: asWords(raw), scales: null }) },
  F16: { format: 'f16', words: (raw) => ({ data: asWords(raw), scales: null }) },
  Q8_0: { format: 'q8', words: q8 },
  Q4_0: { format: 'q4', words: q4Symmetric },
  Q4_1: { format: 'q4', words: q4 },
};

/** Bytes that are a multiple of 4, as words. */
const asWords = (raw: Bytes): Uint32Array<ArrayBuffer> => {
  const { buffer, byteOffset } = raw.byteOffset % 4 === 0 ? raw : raw.slice();
  return new Uint32Array(buffer, byteOffset, raw.length / 4);
};

/** Bytes that are a multiple of 2, as halves of words. */
const asHalves = (raw: Bytes): Uint16Array<ArrayBuffer> => {
  const { buffer, byteOffset } = raw.byteOffset % 2 === 0 ? raw : raw.slice();
  return new Uint16Array(buffer, byteOffset, raw.length / 2);
};

/** Words of groups, in `room` where there is any. */
function roomFor(format: 'q8' | 'q4', groups: number, room: StoredWords | undefined) {
  const count = groups * QUANT_GROUP;
  const { data, scales } = room ? firstOf(room, format, count) : wordsFor(format, count);
  return { data, scales: scales as Uint32Array<ArrayBuffer> };
}

/** Q8_0: d, a half | 32 × i8. The bytes stay, d becomes an f32. */
function q8(raw: Bytes, room?: StoredWords): StoredWords {
  const half = halfTable();
  const halves = asHalves(raw);
  const groups = halves.length / 17;
  const { data, scales: bits } = roomFor('q8', groups, room);
  const scales = new Float32Array(bits.buffer, bits.byteOffset, groups);
  for (let g = 0, from = 0, to = 0; g < groups; g++, from += 17, to += 8) {
    scales[g] = half[halves[from]];
    for (let i = 0; i < 8; i++) data[to + i] = halves[from + 1 + 2 * i] | (halves[from + 2 + 2 * i] << 16);
  }
  return { data, scales: bits };
}

/** Q4_1: d | m, halves | 16 bytes. The first word is q4's own. */
function q4(raw: Bytes, room?: StoredWords): StoredWords {
  const words = asWords(raw);
  const groups = words.length / 5;
  const { data, scales } = roomFor('q4', groups, room);
  for (let g = 0, from = 0, to = 0; g < groups; g++, from += 5, to += 4) {
    scales[g] = words[from];
    nibbles(data, to, words[from + 1], words[from + 2], words[from + 3], words[from + 4]);
  }
  return { data, scales };
}

/** Q4_0: d, a half | 16 bytes.  x = d (q − 8) = d q + least with least = −8 d */
function q4Symmetric(raw: Bytes, room?: StoredWords): StoredWords {
  const half = halfTable();
  const halves = asHalves(raw);
  const groups = halves.length / 9;
  const { data, scales } = roomFor('q4', groups, room);
  for (let g = 0, from = 0, to = 0; g < groups; g++, from += 9, to += 4) {
    const d = halves[from];
    scales[g] = d | (toHalf(-8 * half[d]) << 16);
    const a = halves[from + 1] | (halves[from + 2] << 16);
    const b = halves[from + 3] | (halves[from + 4] << 16);
    const c = halves[from + 5] | (halves[from + 6] << 16);
    nibbles(data, to, a, b, c, halves[from + 7] | (halves[from + 8] << 16));
  }
  return { data, scales };
}

const LOW = 0x0f0f0f0f;

/** ggml's order (element i in the low nibble of byte i, 16 + i in the high one) as neighbours, the first lowest. */
function nibbles(out: Uint32Array, at: number, a: number, b: number, c: number, d: number): void {
  out[at] = gathered(a & LOW) | (gathered(b & LOW) << 16);
  out[at + 1] = gathered(c & LOW) | (gathered(d & LOW) << 16);
  out[at + 2] = gathered((a >>> 4) & LOW) | (gathered((b >>> 4) & LOW) << 16);
  out[at + 3] = gathered((c >>> 4) & LOW) | (gathered((d >>> 4) & LOW) << 16);
}

/** The low nibbles of four bytes side by side. */
function gathered(x: number): number {
  const pairs = (x | (x >>> 4)) & 0x00ff00ff;
  return (pairs | (pairs >>> 8)) & 0xffff;
}
