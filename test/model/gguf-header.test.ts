/** GGUF headers: what is read, from how few bytes, and what is refused before anything is allocated. */
import { describe, expect, test } from 'vitest';
import { BadInput } from '../../src/data/errors';
import { parseGgufHeader, readGgufHeader } from '../../src/model/weights/gguf/header';
import { countingBytes, fixtureBytes, type GgufParts, ggufFile } from '../setup/checkpoints';

const read = (bytes: Uint8Array<ArrayBuffer>) => readGgufHeader(countingBytes(bytes, 'x.gguf'));

test('every kind of value comes back, and shapes come outermost first', async () => {
  const metadata = {
    a: { u32: 4_000_000_000 },
    b: { i32: -5 },
    c: { f32: 0.5 },
    d: { u64: 2 ** 40 },
    e: true,
    f: 'text ▁ 😀',
    g: ['x', '', 'z'],
    h: [{ f32: 1.5 }, { f32: -2 }],
    i: [false, true],
  } as const;
  const tensors = [
    { name: 'one', lengths: [3, 2] },
    { name: 'two', lengths: [64], type: 8, bytes: 68 },
  ];
  for (const version of [2, 3]) {
    const bytes = ggufFile({ version, metadata, tensors });
    const header = await read(bytes);
    expect(Object.fromEntries(header.metadata)).toEqual({
      a: 4_000_000_000,
      b: -5,
      c: 0.5,
      d: 2 ** 40,
      e: true,
      f: 'text ▁ 😀',
      g: ['x', '', 'z'],
      h: [1.5, -2],
      i: [false, true],
    });
    const start = bytes.length - 32 - 96;
    expect([...header.tensors.values()]).toEqual([
      { name: 'one', shape: [2, 3], type: 'F32', offset: start, bytes: 24 },
      { name: 'two', shape: [64], type: 'Q8_0', offset: start + 32, bytes: 68 },
    ]);
  }
});

test('a header larger than the first read is read on, the data are not', async () => {
  const words = Array.from({ length: 80_000 }, (_, i) => `a token of some length ${i}`);
  const bytes = ggufFile({ metadata: { words }, tensors: [{ name: 't', lengths: [4_000_000] }] });
  const source = countingBytes(bytes);
  const { metadata } = await readGgufHeader(source);
  expect(metadata.get('words')).toEqual(words);
  expect(source.reads).toEqual([
    [0, 2 ** 20],
    [2 ** 20, 2 ** 22],
  ]);
});

test('every cut of a real file is refused, none is misread', async () => {
  const bytes = fixtureBytes('gguf', 'llama.gguf');
  const whole = await read(bytes);
  expect(whole.tensors.size).toBe(13);
  for (let length = 0; length < bytes.length; length += length < 2500 ? 1 : 97) {
    await expect(read(bytes.slice(0, length))).rejects.toThrow(BadInput);
  }
});

describe('what is refused', () => {
  const tensor = { name: 't', lengths: [4] };
  const cases: [string, GgufParts, RegExp][] = [
    ['version 1', { version: 1 }, /version is 1; 2 and 3/],
    ['big endian', { version: 0x03000000 }, /big endian/],
    ['tensors beyond the file', { counts: { tensors: 2 ** 40 } }, /claims 1099511627776 tensors/],
    ['keys beyond the file', { counts: { keys: 1000 } }, /claims 1000 keys/],
    [
      'a key twice',
      {
        metadata: [
          ['a', true],
          ['a', true],
        ],
      },
      /key a is there twice/,
    ],
    ['a tensor twice', { tensors: [tensor, tensor] }, /tensor t is there twice/],
    ['alignment', { metadata: { 'general.alignment': { u32: 24 } } }, /general.alignment is 24/],
    ['no alignment', { metadata: { 'general.alignment': { u32: 0 } } }, /general.alignment is 0/],
    ['alignment as text', { metadata: { 'general.alignment': '32' } }, /general.alignment is 32/],
    ['no axes', { tensors: [{ name: 't', lengths: [], bytes: 4 }] }, /t has 0 axes/],
    ['five axes', { tensors: [{ name: 't', lengths: [1, 1, 1, 1, 1] }] }, /t has 5 axes/],
    ['an empty axis', { tensors: [{ name: 't', lengths: [4, 0] }] }, /shape \[4, 0\]/],
    ['an overflowing shape', { tensors: [{ name: 't', lengths: [2 ** 40, 2 ** 40], bytes: 4 }] }, /shape \[1099/],
    ['an unsafe axis', { tensors: [{ name: 't', lengths: [2 ** 60], bytes: 4 }] }, /axis of tensor t is 11529/],
    ['rows that blocks do not fill', { tensors: [{ name: 't', lengths: [33], type: 8 }] }, /rows of 33, Q8_0 packs 32/],
    [
      'data beyond the file',
      { tensors: [{ name: 't', lengths: [400], bytes: 4 }] },
      /claims bytes up to 1\d{3}, the file/,
    ],
    ['an offset between', { tensors: [{ ...tensor, offset: 8 }] }, /begins at 8, which is no multiple of 32/],
    [
      'an overlap',
      {
        tensors: [
          { name: 's', lengths: [16] },
          { ...tensor, offset: 32 },
        ],
      },
      /t overlaps/,
    ],
    [
      'a type by name',
      { tensors: [{ name: 't', lengths: [256], type: 17 }] },
      /quantisation type IQ2_XS is not supported/,
    ],
    ['a type of the future', { tensors: [{ name: 't', lengths: [256], type: 99 }] }, /tensor type 99 is not known/],
    ['integers', { tensors: [{ name: 't', lengths: [4], type: 26 }] }, /type I32 is not supported/],
    ['lists of lists', { metadata: { a: [['x']] } }, /a is a list of lists/],
  ];
  test.each(cases)('%s', async (_, parts, message) => {
    await expect(read(ggufFile(parts))).rejects.toThrow(message);
    await expect(read(ggufFile(parts))).rejects.toThrow(BadInput);
  });

  const patched = (parts: GgufParts, at: number, ...bytes: number[]) => {
    const file = ggufFile(parts);
    file.set(bytes, at);
    return file;
  };
  // 24 bytes of counts, then: 8 length of "a" | 1 "a" | 4 type | value
  test.each([
    ['magic', patched({}, 0, 0x47, 0x47, 0x4d, 0x4c), /does not begin with "GGUF"/],
    ['a type of value', patched({ metadata: { a: true } }, 33, 13), /a has the type 13/],
    ['a truth value', patched({ metadata: { a: true } }, 37, 2), /truth value of a is 2/],
    ['a key beyond the file', patched({ metadata: { a: true } }, 24, 200), /claims 200 characters/],
    ['a key of 2^63', patched({ metadata: { a: true } }, 31, 0x80), /number of characters .* is 92233/],
    ['a text beyond the file', patched({ metadata: { a: 'b' } }, 37, 100), /claims 100 characters of the value of a/],
    ['a list beyond the file', patched({ metadata: { a: [true] } }, 41, 255, 255), /claims 65535 elements of a/],
    ['a list of 2^62', patched({ metadata: { a: ['x'] } }, 48, 0x40), /number of elements of a is 46116/],
    ['broken UTF-8', patched({ metadata: { a: 'b' } }, 45, 0xff), /value of a is no UTF-8/],
  ])('%s', async (_, bytes, message) => {
    await expect(read(bytes)).rejects.toThrow(message);
    await expect(read(bytes)).rejects.toThrow(BadInput);
  });
});

test('a list may claim no more elements than the largest vocabulary needs', () => {
  // The bytes at hand are few; the file claims to be large enough.
  const bytes = ggufFile({ metadata: { a: [true] } });
  new DataView(bytes.buffer).setBigUint64(41, 2n ** 30n, true);
  expect(() => parseGgufHeader(bytes, 2 ** 40, 'x')).toThrow(/with a its lists have 1073741824 elements/);
});
