/** Weights that the device cannot compute with are refused by name. Whole words are looked at, far below 1 ns a byte. */
import { BadInput } from '../../data/errors';
import { expectFinite } from './finite';
import { isFloatFormat } from './float-formats';
import type { BlockType } from './gguf/blocks';
import { dequantise } from './gguf/dequantise';
import type { StoredWords } from './quantise';

type Bytes = Uint8Array<ArrayBuffer>;
type Words = Uint32Array<ArrayBuffer>;

/** Where values come from, for messages: `first` is the index in the tensor of the first of them. */
export interface Origin {
  readonly name: string;
  readonly where: string;
  readonly first: number;
}

/** The exponents in a word, the lowest bit of each, and the bits that a carry out of an exponent of ones reaches. */
const EXPONENTS = {
  F32: [0x7f800000, 0x00800000, 0x80000000],
  BF16: [0x7f807f80, 0x00800080, 0x80008000],
  F16: [0x7c007c00, 0x04000400, 0x80008000],
} as const;

/** Whether every number in the words is finite: its exponent is not all ones. */
function finite(words: Words, format: keyof typeof EXPONENTS): boolean {
  const [mask, one, carries] = EXPONENTS[format];
  let [a, b, c, d] = [0, 0, 0, 0];
  const whole = words.length - (words.length % 4);
  for (let i = 0; i < whole; i += 4) {
    a |= ((words[i] & mask) + one) | 0;
    b |= ((words[i + 1] & mask) + one) | 0;
    c |= ((words[i + 2] & mask) + one) | 0;
    d |= ((words[i + 3] & mask) + one) | 0;
  }
  for (let i = whole; i < words.length; i++) a |= ((words[i] & mask) + one) | 0;
  return ((a | b | c | d) & carries) === 0;
}

/** Throws BadInput naming the first value that is not finite. */
export function expectFiniteValues(values: Float32Array<ArrayBuffer>, { name, where, first }: Origin): void {
  const words = new Uint32Array(values.buffer, values.byteOffset, values.length);
  if (!finite(words, 'F32')) expectFinite(name, values, where, first);
}

/** The same for bytes of a file and the words that they became (same-words.ts). */
export function expectFiniteBytes(raw: Bytes, type: BlockType, { data, scales }: StoredWords, origin: Origin): void {
  if (isFloatFormat(type)) {
    if (!finite(data, type)) expectFinite(origin.name, dequantise(raw, type), origin.where, origin.first);
    return;
  }
  if (!scales || finite(scales, type === 'Q8_0' ? 'F32' : 'F16')) return;
  expectFinite(origin.name, dequantise(raw, type), origin.where, origin.first);
  // finite in the file, so a least value −8 d that no half can hold
  throw beyondHalf(origin.name, 'a block whose values reach 65536', origin.where);
}

/** The least number that rounds to infinity as a half. */
const HALF_OVERFLOW = 65_520;

/** Throws BadInput for a finite value that no IEEE half can hold, given the halves that values became. */
export function expectHalves(halves: Words, values: Float32Array<ArrayBuffer>, { name, where, first }: Origin): void {
  if (finite(halves, 'F16')) return;
  const at = values.findIndex((x) => Math.abs(x) >= HALF_OVERFLOW);
  throw beyondHalf(name, `${values[at]} at element ${first + at}`, where);
}

const beyondHalf = (name: string, what: string, where: string): BadInput =>
  new BadInput(
    `Tensor ${name} holds ${what}, which is beyond the range of f16`,
    where,
    'Store the weights as bf16 or f32 (--weight-format bf16).',
  );
