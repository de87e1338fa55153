/** Blocks of GGUF that become a format's words directly: the device computes with the file's values, bit for bit. */
import { expect, it } from 'vitest';
import { BLOCKS } from '../../src/model/weights/gguf/blocks';
import { dequantise } from '../../src/model/weights/gguf/dequantise';
import { parseGgufHeader } from '../../src/model/weights/gguf/header';
import { type StoredWords, store, toHalf, unstore } from '../../src/model/weights/quantise';
import { DIRECT } from '../../src/model/weights/same-words';
import { fixtureBytes } from '../setup/checkpoints';

type Quantised = 'Q8_0' | 'Q4_0' | 'Q4_1';
const TYPES: Quantised[] = ['Q8_0', 'Q4_0', 'Q4_1'];
const GROUPS = 400;

/** A generator of whole numbers below `n`. */
function numbers(seed: number) {
  let state = seed;
  return (n: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * n);
  };
}

/** Blocks with the scales that `scale` gives, and any integers. */
function blocks(type: Quantised, scale: (g: number) => number): Uint8Array<ArrayBuffer> {
  const below = numbers(7);
  const { bytes } = BLOCKS[type];
  const raw = Uint8Array.from({ length: GROUPS * bytes }, () => below(256));
  const view = new DataView(raw.buffer);
  for (let g = 0; g < GROUPS; g++) {
    view.setUint16(g * bytes, scale(2 * g), true);
    if (type === 'Q4_1') view.setUint16(g * bytes + 2, scale(2 * g + 1), true);
  }
  return raw;
}

const direct = (raw: Uint8Array<ArrayBuffer>, type: Quantised, room?: StoredWords): StoredWords =>
  DIRECT[type]?.words(raw, room) as StoredWords;

/** Where two lists differ first (+0 and −0 are one number); −1 where nowhere. */
function differ(a: ArrayLike<number>, b: ArrayLike<number>): number {
  for (let i = 0; i < Math.max(a.length, b.length); i++) if (a[i] !== b[i]) return i;
  return -1;
}

const spread = numbers(3);
it.each<[string, (g: number) => number]>([
  ['usual', () => toHalf((0.5 + spread(1000) / 999) * 0.01)],
  ['negative', () => toHalf(-(0.5 + spread(1000) / 999) * 0.01)],
  ['both signs, every magnitude below 4096', () => spread(2) * 0x8000 + spread(0x6c00)],
  ['zero, of both signs', (g) => (g % 2) * 0x8000],
  ['subnormal', (g) => 1 + (g % 1023)],
])('any integers, scales: %s', (_, scale) => {
  for (const type of TYPES) {
    const raw = blocks(type, scale);
    const words = direct(raw, type);
    const format = DIRECT[type]?.format ?? 'f32';
    // what the kernels compute, rounded to f32 as they do
    expect([type, differ(unstore(words, format), dequantise(raw, type))]).toEqual([type, -1]);
    // bytes of a file that lie at an odd address; memory that is used again
    const moved = new Uint8Array(raw.length + 1);
    moved.set(raw, 1);
    const used = direct(
      blocks(type, () => 0x3c00),
      type,
    );
    expect(direct(moved.subarray(1), type, used)).toEqual(words);
  }
});

it('blocks as ggml writes them become the words that packing their values gives', () => {
  const bytes = fixtureBytes('gguf', 'quantised.gguf');
  const { tensors } = parseGgufHeader(bytes, bytes.length, 'quantised.gguf');
  for (const type of TYPES) {
    const tensor = tensors.get(`${type}.weight`);
    if (!tensor) throw new Error('not in the fixture');
    const raw = bytes.slice(tensor.offset, tensor.offset + tensor.bytes);
    const { format } = DIRECT[type] ?? { format: 'f32' };
    const [words, packed] = [direct(raw, type), store(dequantise(raw, type), format)];
    // Q4_0's values may lie on two grids, d q − 8 d and, d negative, |d| (15 − q) − 7 |d|: packing takes the second
    const turned = (g: number) => type === 'Q4_0' && (words.scales?.[g] ?? 0) & 0x8000;
    const { data, scales } = turnedBack(words, packed, turned);
    expect([type, differ(data, packed.data), differ(scales, packed.scales ?? [])]).toEqual([type, -1, -1]);
  }
});

/** The words with those groups on the other grid that packing has put there. */
function turnedBack({ data, scales }: StoredWords, packed: StoredWords, may: (g: number) => unknown) {
  const out = { data: data.slice(), scales: (scales as Uint32Array).slice() };
  out.scales.forEach((s, g) => {
    if (!may(g) || packed.scales?.[g] === s) return;
    const size = s & 0x7fff;
    out.scales[g] = size | (toHalf(-7 * unhalf(size)) << 16);
    for (let i = 4 * g; i < 4 * g + 4; i++) out.data[i] = ~out.data[i];
  });
  return out;
}

/** What a normal half of positive sign stands for. */
const unhalf = (h: number): number => (1 + (h & 0x3ff) / 1024) * 2 ** ((h >> 10) - 15);
